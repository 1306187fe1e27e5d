import { describe, expect, it } from '@jest/globals';
import { noticesSchema } from '../../config/notices-config.js';
import { GIVEN_UP_AFTER_MS, pauseAfter, retryAfterMs, TRIES_MAX, type Outcome } from './retry-plan.js';

const failed: Outcome = { isDelivered: false, status: 500, error: 'HTTP 500' };
const middle = () => 0.5;
const HOUR_MS = 3_600_000;

describe('Attempts to deliver', () => {
  it('are eight, over about a day, each pause six times as long as the one before and at most half a day', () => {
    const pauses = Array.from({ length: TRIES_MAX }, (_, n) => pauseAfter(n + 1, failed, 5_000, middle));
    expect(pauses).toEqual([5_000, 30_000, 180_000, 1_080_000, 6_480_000, 38_880_000, 43_200_000, undefined]);
    expect(pauses.reduce((sum: number, pause) => sum + (pause ?? 0), 0) / HOUR_MS).toBeCloseTo(25, 0);
  });

  it('of many endpoints that failed together are spread', () => {
    expect([pauseAfter(1, failed, 5_000, () => 0), pauseAfter(1, failed, 5_000, () => 1)]).toEqual([4_000, 6_000]);
  });

  it('wait longer where the endpoint asks for it, but neither for ever nor shorter', () => {
    const pause = (retryAfterMs: number) => pauseAfter(2, { ...failed, retryAfterMs }, 5_000, middle);
    expect([pause(60_000), pause(1_000), pause(1e12)]).toEqual([60_000, 30_000, 12 * HOUR_MS]);
  });

  it.each([
    ['as long as it may', 1e12, 5_000, 1],
    ['nothing, and the first pause is the longest there is', 0, 3_600_000, 1],
  ])('are all made before a delivery is given up, where the endpoint asks for %s', (_, asked, firstMs, random) => {
    const pauses = Array.from({ length: TRIES_MAX }, (_, n) =>
      pauseAfter(n + 1, { ...failed, retryAfterMs: asked }, firstMs, () => random),
    );
    expect(pauses.reduce((sum: number, pause) => sum + (pause ?? 0), 0)).toBeLessThan(GIVEN_UP_AFTER_MS);
  });

  it('are over before their notice is forgotten, however few days it is kept', () => {
    const isKept = (keep_days: number) => noticesSchema.safeParse({ keep_days }).success;
    const fewest = Array.from({ length: 365 }, (_, days) => days).find(isKept)!;
    expect(fewest * 24 * HOUR_MS).toBeGreaterThan(GIVEN_UP_AFTER_MS);
  });

  it('end where the endpoint is gone', () => {
    expect(pauseAfter(1, { ...failed, status: 410, isFinal: true }, 5_000)).toBeUndefined();
  });
});

it('Retry-After is seconds or a date, and anything else is nothing', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const read = (header?: string) => retryAfterMs(header, now);
  expect([read('120'), read('Thu, 01 Jan 2026 00:01:00 GMT'), read('Wed, 31 Dec 2025 00:00:00 GMT')]).toEqual([
    120_000, 60_000, 0,
  ]);
  expect([read(), read('soon'), read('-5'), read('')]).toEqual([undefined, undefined, undefined, undefined]);
});
