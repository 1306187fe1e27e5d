import { describe, expect, it } from '@jest/globals';
import { publicToolName } from './tool-name.js';

describe('the public name of an upstream tool', () => {
  it('is its pool and its own name', () => {
    expect(publicToolName('file-server', 'read_file', true)).toBe('file-server__read_file');
  });

  it('is its own where the template wants no prefix', () => {
    expect(publicToolName('file-server', 'read_file', false)).toBe('read_file');
  });

  it('has at most 64 characters, the same ones every time', () => {
    const name = publicToolName('a-rather-long-template-name', 'x'.repeat(60), true);
    expect(name).toHaveLength(64);
    expect(publicToolName('a-rather-long-template-name', 'x'.repeat(60), true)).toBe(name);
    expect(publicToolName('t', 'y'.repeat(61), true)).toBe(`t__${'y'.repeat(61)}`);
  });

  it('differs for tools that differ only in what is cut or replaced', () => {
    const names = [`${'x'.repeat(80)}1`, `${'x'.repeat(80)}2`, 'a.b', 'a/b', 'a_b', 'ä', ''].map((tool) =>
      publicToolName('t', tool, true),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[0-9A-Za-z_-]{1,64}$/);
  });

  it('is never empty', () => {
    expect(publicToolName('t', '', false)).toMatch(/^_[0-9a-f]{8}$/);
  });
});
