import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../test/support/test-clock.js';
import { HOUR_MS } from '../common/utc-day.js';
import { Refusals } from './refusals.js';

describe('Refusals', () => {
  let clock: TestClock;
  let refusals: Refusals;
  beforeEach(() => {
    clock = new TestClock();
    refusals = new Refusals(clock);
  });
  const hour = () => Math.floor(clock.now() / HOUR_MS) * HOUR_MS;

  it('are counted by reason and hour, since the process started', () => {
    const first = hour();
    for (const reason of ['credits', 'credits', 'no_key'] as const) refusals.count(reason);
    expect(refusals.take().counts).toEqual([
      { hour: first, reason: 'no_key', refused: 1 },
      { hour: first, reason: 'credits', refused: 2 },
    ]);
    refusals.count('credits');
    clock.advance(HOUR_MS);
    refusals.count('credits');
    expect(refusals.take().counts).toEqual([
      { hour: first, reason: 'no_key', refused: 1 },
      { hour: first, reason: 'credits', refused: 3 },
      { hour: hour(), reason: 'credits', refused: 1 },
    ]);
  });

  it('are taken once, unless they are given back', () => {
    refusals.count('rate_limit');
    const { counts, back } = refusals.take();
    expect(refusals.take().counts).toEqual([]);
    back();
    expect(refusals.take().counts).toEqual(counts);
  });

  it('of more than a week of hours are forgotten, the oldest first', () => {
    const first = hour();
    for (let n = 0; n < 169; n += 1) {
      refusals.count('no_key');
      clock.advance(HOUR_MS);
    }
    const { counts } = refusals.take();
    expect([counts.length, counts[0]!.hour]).toEqual([168, first + HOUR_MS]);
  });
});
