import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ToolResult } from '../../tools/source/tool-source.js';
import type { DataVersions } from '../datasets/data-versions.service.js';
import { ResultCache } from './result-cache.js';

const result = (text: string): ToolResult => ({ content: [{ type: 'text', text }], usage: { recordCount: 1, tableName: 't' } });

describe('ResultCache', () => {
  let versions: { key: string };
  let cache: ResultCache;
  let made: number;
  const get = (tool: string, args: Record<string, unknown>, text = 'x') =>
    cache.get(tool, args, async () => {
      made += 1;
      return result(text);
    });
  beforeEach(() => {
    versions = { key: '1' };
    cache = new ResultCache(versions as DataVersions);
    made = 0;
  });

  it('makes a result once for the same tool and arguments, in whatever order they are written', async () => {
    const first = await get('a', { x: 1, y: { p: 1, q: [1, 2] } });
    expect(await get('a', { y: { q: [1, 2], p: 1 }, x: 1 })).toBe(first);
    expect(made).toBe(1);
  });

  it('tells tools, arguments and the order of lists apart', async () => {
    await get('a', { x: [1, 2] });
    await get('b', { x: [1, 2] });
    await get('a', { x: [2, 1] });
    await get('a', { x: ['1', '2'] });
    expect(made).toBe(4);
  });

  it('drops everything when the data changes', async () => {
    await get('a', {});
    versions.key = '2';
    await get('a', {});
    expect([made, cache.size]).toEqual([2, 1]);
  });

  it('keeps no result that was made while the data changed', async () => {
    await cache.get('a', {}, () => {
      versions.key = '2';
      return Promise.resolve(result('of older rows, perhaps'));
    });
    await get('a', {});
    expect(made).toBe(1);
  });

  it('keeps no failure', async () => {
    await expect(cache.get('a', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await get('a', {});
    expect(made).toBe(1);
  });

  it('is bounded by entries and by bytes, and leaves out what is too large', async () => {
    for (let n = 0; n < 6_000; n += 1) await get('a', { n });
    expect(cache.size).toBe(5_000);
    for (let n = 0; n < 40; n += 1) await get('large', { n }, 'x'.repeat(1_000_000));
    expect(cache.size).toBeLessThan(20);
    await get('huge', {}, 'x'.repeat(2_000_000));
    await get('huge', {}, 'x'.repeat(2_000_000));
    expect(made).toBe(6_042);
  });
});
