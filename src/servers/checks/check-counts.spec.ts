import { describe, expect, it } from '@jest/globals';
import { CheckCounts } from './check-counts.js';
import { HALF_HOUR_MS, shownHalfHours } from './half-hours.js';

const START = Date.UTC(2026, 10, 28, 10);
const HOUR_MS = 2 * HALF_HOUR_MS;
const answered = (latencyMs: number) => ({ serverId: 's', state: 'healthy' as const, result: { latencyMs } });
const failed = (error: string, state: 'degraded' | 'unhealthy' = 'degraded') => ({
  ...{ serverId: 's', state, result: { failure: { error, words: undefined } } },
});

describe('Counts of checks', () => {
  it('are one for each server and half hour, with its worst state and what failed last', () => {
    const counts = new CheckCounts();
    counts.add(answered(3), START);
    counts.add(failed('first', 'unhealthy'), START + 1);
    counts.add(failed('second'), START + 2);
    counts.add(answered(5), START + HALF_HOUR_MS - 1);
    counts.add(answered(7), START + HALF_HOUR_MS);
    counts.add({ ...answered(9), serverId: 't' }, START);
    expect(counts.unwritten(10)).toEqual([
      {
        ...{ serverId: 's', halfHour: START, checks: 4, failed: 2, latencyMs: 8, state: 'down' },
        failure: { at: START + 2, error: 'second', words: undefined },
      },
      { serverId: 's', halfHour: START + HALF_HOUR_MS, checks: 1, failed: 0, latencyMs: 7, state: 'ok' },
      { serverId: 't', halfHour: START, checks: 1, failed: 0, latencyMs: 9, state: 'ok' },
    ]);
  });

  it('are to be written as they stand, until they are', () => {
    const counts = new CheckCounts();
    counts.add(answered(3), START);
    const writing = counts.unwritten(10);
    counts.add(answered(5), START);
    counts.noteWritten(writing);
    expect(counts.unwritten(10)).toMatchObject([{ checks: 2, latencyMs: 8 }]);
    counts.noteWritten(counts.unwritten(10));
    expect(counts.unwritten(10)).toEqual([]);
    counts.add(answered(1), START + 1);
    expect(counts.unwritten(10)).toMatchObject([{ checks: 3, latencyMs: 9 }]);
  });

  it('that are written go on until their half hour is over', () => {
    const counts = new CheckCounts();
    counts.add(answered(3), START);
    counts.noteWritten(counts.unwritten(10));
    counts.forget(START + HALF_HOUR_MS);
    counts.add(answered(3), START);
    expect(counts.unwritten(10)).toMatchObject([{ checks: 2 }]);
    counts.noteWritten(counts.unwritten(10));
    counts.forget(START + HALF_HOUR_MS + 1);
    counts.add(answered(3), START);
    expect(counts.unwritten(10)).toMatchObject([{ checks: 1 }]);
  });

  it('that cannot be written are kept for two days', () => {
    const counts = new CheckCounts();
    counts.add(answered(3), START);
    counts.forget(START + 48 * HOUR_MS);
    expect(counts.unwritten(10)).toHaveLength(1);
    counts.forget(START + 48 * HOUR_MS + 1);
    expect(counts.unwritten(10)).toEqual([]);
  });

  it('are bounded: of too many the oldest go', () => {
    const counts = new CheckCounts();
    for (let number = 0; number <= 40_000; number += 1) counts.add({ ...answered(1), serverId: String(number) }, START);
    const kept = counts.unwritten(50_000);
    expect([kept.length, kept[0]!.serverId]).toEqual([40_000, '1']);
  });

  it('have what failed without secrets, no longer than can be read, and as PostgreSQL stores it', () => {
    const counts = new CheckCounts();
    counts.add(failed(`token=abc123 \0\ud800 ${'x'.repeat(3_000)}`), START);
    const { error } = counts.unwritten(1)[0]!.failure!;
    expect(error).toMatch(/^token=… {2}\ufffd x+…$/);
    expect(error.length).toBeLessThanOrEqual(2_000);
  });
});

it('The last 48 half hours end with the one that runs', () => {
  const shown = shownHalfHours(START + HALF_HOUR_MS - 1);
  expect([shown.length, shown[0], shown[47]]).toEqual([48, START - 47 * HALF_HOUR_MS, START]);
});
