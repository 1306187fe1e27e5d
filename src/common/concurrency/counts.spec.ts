import { describe, expect, it } from '@jest/globals';
import { Counts } from './counts.js';

describe('counts', () => {
  it('are of each owner, and of all', () => {
    const counts = new Counts();
    counts.add('ada', 2);
    counts.add('bob', 1);
    counts.add('ada', -1);
    expect([counts.of('ada'), counts.of('bob'), counts.of('cleo'), counts.total]).toEqual([1, 1, 0, 2]);
  });

  it('forget who has none', () => {
    const counts = new Counts();
    for (let n = 0; n < 1_000; n += 1) {
      counts.add(`user-${n}`, 1);
      counts.add(`user-${n}`, -1);
    }
    expect([counts.total, Object.values(counts).find((value) => value instanceof Map)]).toEqual([0, new Map()]);
  });
});
