import type { DailyClose } from './returns.js';

/** Trading days in a year, the usual convention for annualising. */
const TRADING_DAYS_PER_YEAR = 252;

export interface DayReturn {
  date: string;
  return: number;
}

export interface Drawdown {
  /** Zero or negative: -0.25 is a fall by a quarter. */
  drawdown: number;
  peak_date: string;
  trough_date: string;
}

export interface PeriodStatistics {
  first_date: string;
  last_date: string;
  bars: number;
  total_return: number;
  /** Null with fewer than three bars, which give fewer than two returns. */
  annualised_volatility: number | null;
  max_drawdown: Drawdown;
  /** Null with a single bar, which gives no return. */
  best_day: DayReturn | null;
  worst_day: DayReturn | null;
}

/**
 * What happened to an investment over the bars of a range, from its first adjusted close to its last:
 * - total return: last over first, less 1;
 * - volatility: sample standard deviation (n - 1) of the logarithmic daily returns, times the square root of 252;
 * - maximum drawdown: the least of close over the highest close so far, less 1;
 * - best and worst day: the greatest and the least simple daily return; of equal ones the earliest.
 * `closes` must not be empty.
 */
export function periodStatistics(closes: readonly DailyClose[]): PeriodStatistics {
  const [first, last] = [closes[0]!, closes.at(-1)!];
  const returns = dailyReturns(closes);
  return {
    first_date: first.date,
    last_date: last.date,
    bars: closes.length,
    total_return: last.adj_close / first.adj_close - 1,
    annualised_volatility: annualisedVolatility(returns),
    max_drawdown: maxDrawdown(closes),
    best_day: extreme(returns, (a, b) => a > b),
    worst_day: extreme(returns, (a, b) => a < b),
  };
}

function dailyReturns(closes: readonly DailyClose[]): DayReturn[] {
  return closes.slice(1).map(({ date, adj_close }, index) => ({ date, return: adj_close / closes[index]!.adj_close - 1 }));
}

function annualisedVolatility(returns: readonly DayReturn[]): number | null {
  if (returns.length < 2) return null;
  const logs = returns.map((day) => Math.log1p(day.return));
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1);
  return Math.sqrt(variance * TRADING_DAYS_PER_YEAR);
}

function maxDrawdown(closes: readonly DailyClose[]): Drawdown {
  let peak = closes[0]!;
  let worst: Drawdown = { drawdown: 0, peak_date: peak.date, trough_date: peak.date };
  for (const close of closes) {
    if (close.adj_close > peak.adj_close) peak = close;
    const drawdown = close.adj_close / peak.adj_close - 1;
    if (drawdown < worst.drawdown) worst = { drawdown, peak_date: peak.date, trough_date: close.date };
  }
  return worst;
}

function extreme(returns: readonly DayReturn[], isBeyond: (a: number, b: number) => boolean): DayReturn | null {
  let found: DayReturn | null = null;
  for (const day of returns) if (!found || isBeyond(day.return, found.return)) found = day;
  return found;
}
