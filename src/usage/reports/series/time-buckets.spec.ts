import { describe, expect, it } from '@jest/globals';
import { bucketsOf, dividedHours, isTooFine, POINTS_MAX, sizeFor, type Range } from './time-buckets.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const range = (from: string, to: string): Range => ({ from: Date.parse(from), to: Date.parse(to) });
const startsOf = (of: Range, size: 'hour' | 'day', zone = 'UTC') =>
  bucketsOf(of, size, zone).map(({ start }) => new Date(start).toISOString().replace(':00.000Z', 'Z'));

describe('Buckets of time', () => {
  it('are the hours that a range touches, those of its ends as well', () => {
    expect(startsOf(range('2026-03-01T22:59:59.999Z', '2026-03-02T00:00:00.001Z'), 'hour')).toEqual([
      '2026-03-01T22:00Z',
      '2026-03-01T23:00Z',
      '2026-03-02T00:00Z',
    ]);
  });

  it('end before the end of a range', () => {
    expect(startsOf(range('2026-03-01T22:00:00Z', '2026-03-02T00:00:00Z'), 'hour')).toHaveLength(2);
    expect(startsOf(range('2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'), 'day')).toEqual(['2026-03-01T00:00Z']);
  });

  it.each([
    ['in UTC', 'UTC', '2026-06-01T12:00:00Z', '2026-06-03T12:00:00Z', ['06-01T00:00Z', '06-02T00:00Z', '06-03T00:00Z']],
    ['in a zone that is behind', 'America/New_York', '2026-06-01T12:00:00Z', '2026-06-02T03:59:59Z', ['06-01T04:00Z']],
    [
      'where the day after begins',
      'America/New_York',
      '2026-06-01T12:00:00Z',
      '2026-06-02T04:00:01Z',
      ['06-01T04:00Z', '06-02T04:00Z'],
    ],
    [
      'in one that is ahead by half an hour',
      'Asia/Kolkata',
      '2026-06-01T18:29:00Z',
      '2026-06-01T18:31:00Z',
      ['05-31T18:30Z', '06-01T18:30Z'],
    ],
    ['of 23 hours', 'Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-30T00:00:00Z', ['03-28T23:00Z', '03-29T22:00Z']],
    ['of 25 hours', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-26T00:00:00Z', ['10-24T22:00Z', '10-25T23:00Z']],
    [
      'that begin at one, since clocks skip midnight',
      'Africa/Cairo',
      '2026-04-23T12:00:00Z',
      '2026-04-24T12:00:00Z',
      ['04-22T22:00Z', '04-23T22:00Z'],
    ],
    ['as far east as there is', 'Pacific/Kiritimati', '2026-06-01T10:00:00Z', '2026-06-01T10:00:01Z', ['06-01T10:00Z']],
  ])('are days %s', (_, zone, from, to, expected) => {
    expect(startsOf(range(from, to), 'day', zone)).toEqual(expected.map((start) => `2026-${start}`));
  });

  it('leave out the day that a country left out', () => {
    const around = range('2011-12-29T12:00:00Z', '2011-12-31T12:00:00Z');
    expect(startsOf(around, 'day', 'Pacific/Apia')).toEqual(['2011-12-29T10:00Z', '2011-12-30T10:00Z', '2011-12-31T10:00Z']);
    expect(bucketsOf(around, 'day', 'Pacific/Apia').map(({ place }) => place)).toEqual([15_337, 15_339, 15_340]);
  });

  it('divide an hour only where a day begins in the middle of one', () => {
    const day = range('2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z');
    expect(dividedHours(bucketsOf(day, 'day', 'Europe/Berlin'))).toEqual([]);
    expect(dividedHours(bucketsOf(day, 'day', 'Asia/Kathmandu')).map((hour) => new Date(hour).toISOString())).toEqual([
      '2026-05-31T18:00:00.000Z',
      '2026-06-01T18:00:00.000Z',
    ]);
  });

  it('are hours up to seven days, where nothing else is asked for', () => {
    expect([sizeFor({ from: 0, to: 7 * DAY_MS }), sizeFor({ from: 0, to: 7 * DAY_MS + 1 })]).toEqual(['hour', 'day']);
  });

  it('are too fine where there would be more than a series has points', () => {
    for (const [size, ms] of [
      ['hour', HOUR_MS],
      ['day', DAY_MS],
    ] as const)
      expect([isTooFine({ from: 0, to: POINTS_MAX * ms }, size), isTooFine({ from: 0, to: POINTS_MAX * ms + 1 }, size)]).toEqual([
        false,
        true,
      ]);
  });
});
