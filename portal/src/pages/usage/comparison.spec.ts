import { describe, expect, it } from '@jest/globals';
import type { Schemas } from '../../app/api';
import { changeWords, compared } from './comparison';
import { instantsOf, previousOf, rangeIn } from './usage-range';

const sums = { p50_ms: 1, p95_ms: 20, p99_ms: 30, errors: 0, backend_errors: 0, records: 0, credits: 0 };
const series = (key: string, calls: number): { key: string; total: Schemas['SeriesSumsDto'] } => ({
  key,
  total: { ...sums, calls },
});
const answer = (others_count: number, ...all: ReturnType<typeof series>[]) => ({ series: all, others_count });

describe('A series beside itself in the time before', () => {
  it('is more or less of what is looked at', () => {
    const earlier = answer(0, series('greet', 10));
    expect(compared(series('greet', 15), earlier, 'calls')).toEqual({ before: 10, now: 15 });
    expect(compared(series('greet', 15), earlier, 'latency')).toEqual({ before: 20, now: 20 });
  });

  it('was nothing where it is not among those of that time', () => {
    expect(compared(series('greet', 15), answer(0), 'calls')).toEqual({ before: 0, now: 15 });
    expect(compared(series('greet', 15), answer(0), 'latency')).toEqual({ before: null, now: 20 });
  });

  it('is not known where it may be one of the others, or is the others', () => {
    expect(compared(series('greet', 15), answer(3, series('others', 9)), 'calls').before).toBeNull();
    expect(compared(series('others', 15), answer(3, series('others', 9)), 'calls').before).toBeNull();
    expect(compared(series('others', 15), answer(0, series('greet', 9)), 'calls').before).toBeNull();
  });

  it.each([
    [10, 15, '+50%'],
    [10, 5, '-50%'],
    [10, 10, '0%'],
    [0, 5, 'new'],
    [0, 0, '0%'],
    [null, 5, '–'],
    [5, null, '–'],
  ])('from %j to %j is %s', (before, now, words) => expect(changeWords({ before, now })).toBe(words));
});

describe('The time before', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  const range = (query: string) => rangeIn((name) => new URLSearchParams(query).get(name) ?? '');

  it.each([
    ['range=24h', '2026-11-26T12:00:00.000Z'],
    ['range=30d', '2026-09-29T12:00:00.000Z'],
    ['range=custom&from=2026-03-01&to=2026-03-02&zone=utc', '2026-02-27T00:00:00.000Z'],
  ])('of %j is as long, and ends where that begins', (query, from) => {
    expect(previousOf(range(query), now)).toEqual({ from, to: instantsOf(range(query), now)!.from });
  });

  it('of local days has as many of them, also where clocks were set', () => {
    const { from } = previousOf(range('range=custom&from=2026-03-30&to=2026-03-30'), now)!;
    expect([new Date(from).getDate(), new Date(from).getHours()]).toEqual([29, 0]);
  });

  it('is not known while none is chosen', () => expect(previousOf(range('range=custom'), now)).toBeUndefined());
});
