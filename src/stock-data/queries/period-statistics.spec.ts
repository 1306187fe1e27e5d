import { describe, expect, it } from '@jest/globals';
import { periodStatistics } from './period-statistics.js';

const series = (...prices: number[]) => prices.map((adj_close, index) => ({ date: `2024-01-0${index + 1}`, adj_close }));

describe('periodStatistics', () => {
  it('computes what was computed by hand', () => {
    // Returns +10 %, -20 %, +25 %, and so logs 0.0953102, -0.2231436, 0.2231436 with mean 0.0317701;
    // squared deviations 0.0040373, 0.0649808, 0.0366244 sum to 0.1056425, over 2 is 0.0528213, times 252 is 13.3109581.
    expect(periodStatistics(series(100, 110, 88, 110))).toEqual({
      first_date: '2024-01-01',
      last_date: '2024-01-04',
      bars: 4,
      total_return: expect.closeTo(0.1, 10),
      annualised_volatility: expect.closeTo(3.64842, 4),
      max_drawdown: { drawdown: expect.closeTo(-0.2, 10), peak_date: '2024-01-02', trough_date: '2024-01-03' },
      best_day: { date: '2024-01-04', return: expect.closeTo(0.25, 10) },
      worst_day: { date: '2024-01-03', return: expect.closeTo(-0.2, 10) },
    });
  });

  it('measures the drawdown from the highest close so far, not from the first or the last', () => {
    const { max_drawdown } = periodStatistics(series(50, 200, 150, 300, 120, 290));
    expect(max_drawdown).toEqual({ drawdown: expect.closeTo(-0.6, 10), peak_date: '2024-01-04', trough_date: '2024-01-05' });
  });

  it('has no drawdown in a series that only rises', () => {
    const { max_drawdown } = periodStatistics(series(1, 2, 3));
    expect(max_drawdown).toEqual({ drawdown: 0, peak_date: '2024-01-01', trough_date: '2024-01-01' });
  });

  it('a constant series has no volatility; one or two bars have none that is known', () => {
    expect(periodStatistics(series(5, 5, 5)).annualised_volatility).toBe(0);
    expect(periodStatistics(series(5, 6)).annualised_volatility).toBeNull();
    expect(periodStatistics(series(5))).toMatchObject({
      total_return: 0,
      annualised_volatility: null,
      best_day: null,
      worst_day: null,
    });
  });
});
