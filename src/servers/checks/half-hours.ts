/** How long a half hour is. */
export const HALF_HOUR_MS = 1_800_000;
/** How many half hours are shown: a day. */
export const SHOWN_HALF_HOURS = 48;

/** How a server was in a half hour, the best first: of several the last counts. */
export const CHECK_STATES = ['ok', 'degraded', 'down'] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/** The half hour that a time is in, both in milliseconds since the epoch. */
export const halfHourOf = (time: number): number => time - (time % HALF_HOUR_MS);

/** Those that are shown, the one that runs last. */
export function shownHalfHours(now: number): number[] {
  const last = halfHourOf(now);
  return Array.from({ length: SHOWN_HALF_HOURS }, (_, at) => last - (SHOWN_HALF_HOURS - 1 - at) * HALF_HOUR_MS);
}
