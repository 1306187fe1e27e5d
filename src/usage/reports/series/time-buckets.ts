import { DAY_MS, daysLater, HOUR_MS } from '../../../common/utc-day.js';

/** Most points of a series. */
export const POINTS_MAX = 400;
/** Where hours and days are left to us, up to this many days are shown in hours. */
const HOURS_UP_TO_DAYS = 7;
/** All zones differ from UTC by whole quarters of an hour since 1972, and by less than this. */
const QUARTER_MS = 900_000;
const OFFSET_MAX_QUARTERS = 60;

export type BucketSize = 'hour' | 'day';

/** A time between two instants, in milliseconds since the epoch; `to` is exclusive. */
export interface Range {
  from: number;
  to: number;
}

/** A part of a series. */
export interface TimeBucket {
  /** Of an hour its start, seconds since the epoch; of a day its number, counted from 1970-01-01. */
  place: number;
  /** The instant at which it starts, milliseconds since the epoch. */
  start: number;
}

/** The size to show a range in. */
export const sizeFor = ({ from, to }: Range): BucketSize => (to - from <= HOURS_UP_TO_DAYS * DAY_MS ? 'hour' : 'day');

/** Whether a range has more buckets of a size than a series has points; to be asked first, as such ranges may be long. */
export const isTooFine = ({ from, to }: Range, size: BucketSize): boolean =>
  (to - from) / (size === 'hour' ? HOUR_MS : DAY_MS) > POINTS_MAX;

/**
 * All buckets that a range touches, in order. Hours are those of UTC; days are those of the zone, so that one may have 23 or 25 hours,
 * and one that a country has left out is left out.
 */
export function bucketsOf(range: Range, size: BucketSize, zone: string): TimeBucket[] {
  return size === 'hour' ? hoursOf(range) : daysOf(range, zone);
}

/** Hours in which a day of the zone ends and another one begins: they cannot be counted as a whole. */
export const dividedHours = (buckets: TimeBucket[]): number[] =>
  buckets.flatMap(({ start }) => (start % HOUR_MS === 0 ? [] : [start - (start % HOUR_MS)]));

function hoursOf({ from, to }: Range): TimeBucket[] {
  const first = Math.floor(from / HOUR_MS);
  return Array.from({ length: Math.ceil(to / HOUR_MS) - first }, (_, index) => {
    const start = (first + index) * HOUR_MS;
    return { place: start / 1_000, start };
  });
}

function daysOf({ from, to }: Range, zone: string): TimeBucket[] {
  const dayAt = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
  const last = dayAt.format(to - 1);
  const buckets: TimeBucket[] = [];
  for (let day = dayAt.format(from); day <= last; day = daysLater(day, 1)) {
    const start = startOf(day, dayAt);
    if (dayAt.format(start) === day) buckets.push({ place: Date.parse(day) / DAY_MS, start });
  }
  return buckets;
}

/** The first quarter of an hour that is on this day or later: midnight, unless clocks skip it. */
function startOf(day: string, dayAt: Intl.DateTimeFormat): number {
  const midnight = Date.parse(day);
  let [before, since] = [-OFFSET_MAX_QUARTERS, OFFSET_MAX_QUARTERS];
  while (since - before > 1) {
    const middle = Math.floor((before + since) / 2);
    if (dayAt.format(midnight + middle * QUARTER_MS) < day) before = middle;
    else since = middle;
  }
  return midnight + since * QUARTER_MS;
}
