export const HOUR_MS = 3_600_000;
/** Milliseconds of a day in UTC, which has no daylight saving time. */
export const DAY_MS = 86_400_000;

/** The UTC day of a moment, `YYYY-MM-DD`. @param moment Milliseconds since the epoch, or a date. */
export const utcDay = (moment: number | Date): string => new Date(moment).toISOString().slice(0, 10);

/** The day a number of days later, or earlier when negative; both are `YYYY-MM-DD`. */
export const daysLater = (day: string, days: number): string => utcDay(Date.parse(day) + days * DAY_MS);

/** A moment to the second, `YYYY-MM-DD HH:MM:SS`, UTC, as ClickHouse reads it. */
export const utcSecond = (moment: number | Date): string => new Date(moment).toISOString().slice(0, 19).replace('T', ' ');
