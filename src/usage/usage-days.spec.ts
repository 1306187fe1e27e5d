import { describe, expect, it } from '@jest/globals';
import { lastDays, periodOfDays } from './usage-days.js';

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
});
