import { daysLater } from '../../common/utc-day.js';

/** A day and its adjusted close, in order of days. */
export interface DailyClose {
  date: string;
  adj_close: number;
}

export const RETURN_PERIODS = ['day', 'week', 'month'] as const;

export type ReturnPeriod = (typeof RETURN_PERIODS)[number];

export interface PeriodReturn {
  /** First and last trading day of the period within the range. */
  start_date: string;
  end_date: string;
  /** Adjusted close at its end. */
  adj_close: number;
  /** `adj_close` over that of the period before, less 1; null when there is no earlier period. */
  return: number | null;
}

/**
 * Simple returns of consecutive periods: last adjusted close of the period over the last of the period before, less
 * 1. Weeks are ISO weeks (from Monday), months are calendar months.
 * @param before The last close before the first of `closes`, from which the first period is measured.
 */
export function periodReturns(closes: readonly DailyClose[], period: ReturnPeriod, before?: number): PeriodReturn[] {
  const returns: PeriodReturn[] = [];
  let base = before;
  for (const group of groupsOf(closes, period)) {
    const [first, last] = [group[0]!, group.at(-1)!];
    const value = base === undefined ? null : last.adj_close / base - 1;
    returns.push({ start_date: first.date, end_date: last.date, adj_close: last.adj_close, return: value });
    base = last.adj_close;
  }
  return returns;
}

function groupsOf(closes: readonly DailyClose[], period: ReturnPeriod): DailyClose[][] {
  const groups: DailyClose[][] = [];
  let current: string | undefined;
  for (const close of closes) {
    const key = periodOf(close.date, period);
    if (key === current) groups.at(-1)!.push(close);
    else groups.push([close]);
    current = key;
  }
  return groups;
}

/** First day of the period a day belongs to. */
export function periodOf(date: string, period: ReturnPeriod): string {
  if (period === 'day') return date;
  if (period === 'month') return `${date.slice(0, 7)}-01`;
  const daysSinceMonday = (new Date(date).getUTCDay() + 6) % 7;
  return daysLater(date, -daysSinceMonday);
}
