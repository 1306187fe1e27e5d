import { DAY_MS } from '../common/utc-day.js';

/** The start of the calendar month, in UTC, that contains the moment: the period of an allocation. */
export function periodStart(at: Date): Date {
  return firstOfMonth(at, 0);
}

/** The start of the next period, when the allocation is refilled. */
export function nextRefill(at: Date): Date {
  return firstOfMonth(at, 1);
}

/** Days until the first of next month, as source 002 counts them: 1 on the last day of a month. */
export function daysUntilRefill(at: Date): number {
  const today = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
  return (nextRefill(at).getTime() - today) / DAY_MS;
}

const firstOfMonth = (at: Date, monthsOn: number): Date =>
  new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + monthsOn, 1));
