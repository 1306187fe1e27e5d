import { describe, expect, it } from '@jest/globals';
import { daysUntilRefill, nextRefill, periodStart } from './refill-period.js';

describe('Refill periods', () => {
  it.each([
    ['2026-11-14T12:00:00.000Z', '2026-11-01', '2026-12-01', 17],
    ['2026-11-01T00:00:00.000Z', '2026-11-01', '2026-12-01', 30],
    ['2026-11-30T23:59:59.999Z', '2026-11-01', '2026-12-01', 1],
    ['2026-01-31T23:59:59.999Z', '2026-01-01', '2026-02-01', 1],
    ['2027-02-01T00:00:00.000Z', '2027-02-01', '2027-03-01', 28],
    ['2028-02-01T00:00:00.000Z', '2028-02-01', '2028-03-01', 29],
    ['2028-02-29T12:00:00.000Z', '2028-02-01', '2028-03-01', 1],
    ['2100-02-28T12:00:00.000Z', '2100-02-01', '2100-03-01', 1],
    ['2026-12-31T23:59:59.999Z', '2026-12-01', '2027-01-01', 1],
    ['2027-01-01T00:00:00.000Z', '2027-01-01', '2027-02-01', 31],
  ])('%s is in the month of %s, refilled on %s, in %i days', (at, start, next, days) => {
    const moment = new Date(at);
    expect(periodStart(moment)).toEqual(new Date(`${start}T00:00:00Z`));
    expect(nextRefill(moment)).toEqual(new Date(`${next}T00:00:00Z`));
    expect(daysUntilRefill(moment)).toBe(days);
  });

  it('is a month in UTC, whatever the zone a moment is written in', () => {
    expect(periodStart(new Date('2026-12-01T01:00:00+02:00'))).toEqual(new Date('2026-11-01T00:00:00Z'));
    expect(periodStart(new Date('2026-11-30T23:00:00-02:00'))).toEqual(new Date('2026-12-01T00:00:00Z'));
  });
});
