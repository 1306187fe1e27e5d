import { DAY_MS, daysLater, HOUR_MS, utcDay, utcSecond } from '../../common/utc-day.js';

/** What ClickHouse's DateTime can hold, in whole years. */
const FIRST_DAY = '1970-01-01';
const LAST_DAY = '2105-12-31';

/** Moments from `from` (inclusive) to `to` (exclusive), `YYYY-MM-DD HH:MM:SS`, maybe with milliseconds, UTC. */
export interface Period {
  from: string;
  to: string;
}

/** The period from one day to another (`YYYY-MM-DD`), both inclusive; an unset day leaves that end open. */
export function periodOfDays(first: string = FIRST_DAY, last: string = LAST_DAY): Period {
  return { from: `${clamp(first)} 00:00:00`, to: `${daysLater(clamp(last), 1)} 00:00:00` };
}

/** The last `count` days in UTC, oldest first; the last of them is the day of `now` (milliseconds since the epoch). */
export function lastDays(count: number, now: number): string[] {
  return Array.from({ length: count }, (_, index) => utcDay(now - (count - 1 - index) * DAY_MS));
}

/** The day of `now` (milliseconds since the epoch), in UTC. */
export const dayOf = (now: number): Period => periodOfDays(utcDay(now), utcDay(now));

/** The calendar month of `now`, in UTC. */
export function monthOf(now: number): Period {
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return periodOfDays(utcDay(Date.UTC(year, month, 1)), utcDay(Date.UTC(year, month + 1, 0)));
}

/** The last `days` × 24 hours, to the second, and everything after `now`. */
export function lastHoursOf(days: number, now: number): Period {
  return { ...periodOfDays(), from: utcSecond(now - days * DAY_MS) };
}

/** The first moment of its hour. */
export const hourOf = (time: string): string => `${time.slice(0, 13)}:00:00`;

/** The first moment of the hour that begins then or later. */
export const nextHourOf = (time: string): string =>
  /:00:00(\.0*)?$/.test(time) ? hourOf(time) : utcSecond(Date.parse(`${hourOf(time)}Z`) + HOUR_MS);

/** The period from one instant to another, milliseconds since the epoch. */
export const periodBetween = ({ from, to }: { from: number; to: number }): Period => ({ from: momentOf(from), to: momentOf(to) });

/** An instant as ClickHouse reads it, to the millisecond, within what it can hold. @param instant milliseconds since the epoch */
export function momentOf(instant: number): string {
  const { from, to } = periodOfDays();
  const moment = new Date(instant).toISOString().slice(0, 23).replace('T', ' ');
  return /^[-+]/.test(moment) || moment < from || moment > to ? (instant < 0 ? from : to) : moment;
}

/** Days compare as text. */
const clamp = (day: string): string => (day < FIRST_DAY ? FIRST_DAY : day > LAST_DAY ? LAST_DAY : day);
