import { describe, expect, it } from '@jest/globals';
import { periodOf, periodReturns } from './returns.js';

// Friday, then Monday to Wednesday of the next week, in two months.
const closes = [
  { date: '2024-05-31', adj_close: 100 },
  { date: '2024-06-03', adj_close: 110 },
  { date: '2024-06-04', adj_close: 99 },
  { date: '2024-06-05', adj_close: 148.5 },
];

describe('periodReturns', () => {
  it('by day: each close over the one before', () => {
    const returns = periodReturns(closes, 'day', 80);
    expect(returns.map((day) => day.return)).toEqual([0.25, expect.closeTo(0.1), expect.closeTo(-0.1), 0.5]);
  });

  it('by week: the last close of a week over the last of the week before', () => {
    expect(periodReturns(closes, 'week', 80)).toEqual([
      { start_date: '2024-05-31', end_date: '2024-05-31', adj_close: 100, return: 0.25 },
      { start_date: '2024-06-03', end_date: '2024-06-05', adj_close: 148.5, return: expect.closeTo(0.485) },
    ]);
  });

  it('by month', () => {
    expect(periodReturns(closes, 'month').map(({ end_date, return: value }) => [end_date, value])).toEqual([
      ['2024-05-31', null],
      ['2024-06-05', expect.closeTo(0.485)],
    ]);
  });

  it('of nothing are none', () => expect(periodReturns([], 'day', 1)).toEqual([]));
});

describe('periodOf', () => {
  it('weeks begin on Monday, also across years', () => {
    expect(['2024-12-30', '2025-01-05', '2025-01-06'].map((day) => periodOf(day, 'week'))).toEqual([
      '2024-12-30',
      '2024-12-30',
      '2025-01-06',
    ]);
  });
});
