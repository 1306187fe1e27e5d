import { describe, expect, it } from '@jest/globals';
import { makeStrategy, type Candidate, type Strategy } from './balancing.js';

const candidate = (id: string, values: Partial<Candidate> = {}): Candidate => ({
  id,
  weight: 1,
  active: 0,
  isHealthy: true,
  latencyMs: 0,
  ...values,
});
const three = [candidate('a'), candidate('b'), candidate('c')];

function counts(strategy: Strategy, candidates: Candidate[], calls: number): Record<string, number> {
  const chosen = Object.fromEntries(candidates.map(({ id }) => [id, 0]));
  for (let call = 0; call < calls; call += 1) chosen[strategy(candidates).id]! += 1;
  return chosen;
}

describe('round_robin', () => {
  it('gives every instance the same number of calls, in turn', () => {
    const strategy = makeStrategy('round_robin');
    expect(Array.from({ length: 4 }, () => strategy(three).id)).toEqual(['a', 'b', 'c', 'a']);
    expect(counts(strategy, three, 300)).toEqual({ a: 100, b: 100, c: 100 });
  });

  it('passes over one that is away and goes on with the next', () => {
    const strategy = makeStrategy('round_robin');
    strategy(three);
    expect(strategy([three[0]!, three[2]!]).id).toBe('c');
    expect(strategy(three).id).toBe('a');
  });
});

describe('weighted', () => {
  it('shares by weight, without bursts', () => {
    const strategy = makeStrategy('weighted');
    const pool = [candidate('a', { weight: 5 }), candidate('b'), candidate('c')];
    expect(Array.from({ length: 7 }, () => strategy(pool).id).join('')).toBe('aabacaa');
    expect(counts(strategy, pool, 700)).toEqual({ a: 500, b: 100, c: 100 });
  });
});

describe('least_connections', () => {
  it('chooses the one with the fewest calls in flight', () => {
    const pool = [candidate('a', { active: 3 }), candidate('b', { active: 1 }), candidate('c', { active: 2 })];
    expect(makeStrategy('least_connections')(pool).id).toBe('b');
  });

  it('lets equals take turns', () => {
    expect(counts(makeStrategy('least_connections'), three, 30)).toEqual({ a: 10, b: 10, c: 10 });
  });
});

describe('health_based', () => {
  it('avoids the slow and the degraded, not those that differ by noise', () => {
    const pool = [candidate('a', { latencyMs: 3 }), candidate('b', { latencyMs: 9 }), candidate('c', { latencyMs: 400 })];
    expect(counts(makeStrategy('health_based'), pool, 100)).toEqual({ a: 50, b: 50, c: 0 });
    const sick = [candidate('a', { isHealthy: false }), candidate('b'), candidate('c')];
    expect(counts(makeStrategy('health_based'), sick, 100)).toEqual({ a: 0, b: 50, c: 50 });
  });

  it('uses the slow one when the fast ones are busy', () => {
    const pool = [candidate('a', { active: 20 }), candidate('b', { latencyMs: 100 })];
    expect(makeStrategy('health_based')(pool).id).toBe('b');
  });
});

describe('random', () => {
  it('reaches everyone', () => {
    const draws = [0, 0.34, 0.67, 0.999];
    const strategy = makeStrategy('random', () => draws.shift()!);
    expect(Array.from({ length: 4 }, () => strategy(three).id)).toEqual(['a', 'b', 'c', 'c']);
  });
});
