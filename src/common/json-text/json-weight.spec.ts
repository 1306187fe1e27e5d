import { describe, expect, it } from '@jest/globals';
import { jsonWeight } from './json-weight.js';

const MIB = 1_048_576;
const weightOf = (json: string) => jsonWeight(Buffer.from(json));

describe('what JSON weighs when it is parsed', () => {
  it('is nothing for a text, whatever is in it', () => {
    expect(weightOf(JSON.stringify('[{"a":1},2] \\'.repeat(1_000)))).toBe(0);
    expect(weightOf('"\\\\",')).toBe(16);
  });

  it('is no less than what was measured of 2 MiB of small values, and little for numbers', () => {
    const [lists, objects, nested, numbers] = ['[],', '{},', `${'['.repeat(60)}${']'.repeat(60)},`, '0.1,'].map((part) =>
      weightOf(part.repeat((2 * MIB) / part.length)),
    );
    expect(lists).toBeGreaterThan(25 * MIB);
    expect(objects).toBeGreaterThan(41 * MIB);
    expect(nested).toBeGreaterThan(53 * MIB);
    expect(numbers).toBeLessThan(9 * MIB);
  });
});
