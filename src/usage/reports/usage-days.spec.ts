import { describe, expect, it } from '@jest/globals';
import { dayOf, hourOf, lastDays, lastHoursOf, monthOf, periodOfDays } from './usage-days.js';

describe('Days of usage', () => {
  it('include both ends, in UTC', () => {
    expect(periodOfDays('2024-02-28', '2024-02-29')).toEqual({ from: '2024-02-28 00:00:00', to: '2024-03-01 00:00:00' });
  });

  it('are open where no day is given, and stay within what ClickHouse can hold', () => {
    expect(periodOfDays()).toEqual({ from: '1970-01-01 00:00:00', to: '2106-01-01 00:00:00' });
    expect(periodOfDays('0001-01-01', '9999-12-31')).toEqual(periodOfDays());
  });

  it('end today, oldest first', () => {
    expect(lastDays(3, Date.UTC(2026, 2, 1, 23, 59))).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(lastDays(365, Date.UTC(2026, 0, 1))).toHaveLength(365);
  });

  it.each([
    ['2026-02-28T23:59:59.999Z', '2026-02-28', '2026-03-01', '2026-02-01', '2026-03-01'],
    ['2028-02-29T00:00:00.000Z', '2028-02-29', '2028-03-01', '2028-02-01', '2028-03-01'],
    ['2026-12-31T23:59:59.999Z', '2026-12-31', '2027-01-01', '2026-12-01', '2027-01-01'],
    ['2027-01-01T00:00:00.000Z', '2027-01-01', '2027-01-02', '2027-01-01', '2027-02-01'],
  ])('and months of %s begin and end at midnight in UTC', (now, day, nextDay, month, nextMonth) => {
    const at = Date.parse(now);
    expect(dayOf(at)).toEqual({ from: `${day} 00:00:00`, to: `${nextDay} 00:00:00` });
    expect(monthOf(at)).toEqual({ from: `${month} 00:00:00`, to: `${nextMonth} 00:00:00` });
  });

  it('looked back from now are 24 hours each', () => {
    const { from } = lastHoursOf(2, Date.parse('2026-03-01T10:15:30.999Z'));
    expect([from, hourOf(from)]).toEqual(['2026-02-27 10:15:30', '2026-02-27 10:00:00']);
  });
});
