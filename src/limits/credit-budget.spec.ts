import { describe, expect, it } from '@jest/globals';
import { spanOf, type BudgetPeriod } from './credit-budget.js';

const words = (time: number) => (Number.isFinite(time) ? new Date(time).toISOString() : time);
const around = (period: BudgetPeriod, now: string) => {
  const { from, until } = spanOf(period, Date.parse(now));
  return [words(from), words(until)];
};

describe('the period of a budget', () => {
  it.each<[BudgetPeriod, string, string, string]>([
    ['day', '2026-12-31T23:59:59.999Z', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['day', '2027-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z', '2027-01-02T00:00:00.000Z'],
    ['week', '2026-11-29T12:00:00.000Z', '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['week', '2026-11-30T00:00:00.000Z', '2026-11-30T00:00:00.000Z', '2026-12-07T00:00:00.000Z'],
    ['week', '2027-01-01T00:00:00.000Z', '2026-12-28T00:00:00.000Z', '2027-01-04T00:00:00.000Z'],
    ['month', '2026-12-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['month', '2028-02-29T23:00:00.000Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ])('%s, at %s, is from %s until %s', (period, now, from, until) => {
    expect(around(period, now)).toEqual([from, until]);
  });

  it('never begins anew where it is for all time', () => {
    expect(around('never', '2026-12-01T00:00:00.000Z')).toEqual([-Infinity, Infinity]);
  });
});
