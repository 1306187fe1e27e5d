import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { HOUR_MS } from '../common/utc-day.js';

/**
 * Why a request is turned away before it becomes a call: no key came (`no_key`), or one that does not work (401); what is not the
 * caller's to do or call (`not_allowed`); no account that is on, too few credits, or the key's budget is used up (402); a limit that is reached (429).
 */
export const REFUSAL_REASONS = [
  'no_key',
  'unknown_key',
  'expired_key',
  'revoked_key',
  'switched_off',
  'blocked_address',
  'not_allowed',
  'no_account',
  'credits',
  'budget',
  'rate_limit',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Hours that are remembered; more than are ever waited for, and so few that they take no room. */
const HOURS_MAX = 168;

/** An hour's refusals in this process. */
interface HourCounts {
  /** By the places of `REFUSAL_REASONS`. */
  readonly counts: number[];
  /** Whether there are some that nobody has taken. */
  isFresh: boolean;
}

/** How often this process has refused in an hour, since it started. */
export interface RefusalCount {
  /** Its beginning, ms since the epoch. */
  hour: number;
  reason: RefusalReason;
  refused: number;
}

/** Counts the requests that are refused where that is decided: a number in memory, and nothing more, whoever floods. */
@Injectable()
export class Refusals {
  /** Oldest first, but for a clock that was set back. */
  private readonly hours = new Map<number, HourCounts>();

  constructor(private readonly clock: Clock) {}

  count(reason: RefusalReason): void {
    const now = this.clock.now();
    const hour = this.at(now - (now % HOUR_MS));
    hour.counts[REFUSAL_REASONS.indexOf(reason)]! += 1;
    hour.isFresh = true;
  }

  /**
   * All counts of hours that have new ones. They are whole, not what was added, so that what is written twice is not counted twice.
   * What could not be written is to be given `back`.
   */
  take(): { counts: RefusalCount[]; back: () => void } {
    const taken = [...this.hours].filter(([, { isFresh }]) => isFresh);
    for (const [, hour] of taken) hour.isFresh = false;
    const back = () => taken.forEach(([, hour]) => (hour.isFresh = true));
    return { counts: taken.flatMap(([hour, { counts }]) => countsOf(hour, counts)), back };
  }

  private at(start: number): HourCounts {
    const known = this.hours.get(start);
    if (known) return known;
    const hour = { counts: REFUSAL_REASONS.map(() => 0), isFresh: false };
    this.hours.set(start, hour);
    if (this.hours.size > HOURS_MAX) this.hours.delete(this.hours.keys().next().value!);
    return hour;
  }
}

const countsOf = (hour: number, counts: readonly number[]): RefusalCount[] =>
  REFUSAL_REASONS.flatMap((reason, place) => (counts[place]! > 0 ? [{ hour, reason, refused: counts[place]! }] : []));
