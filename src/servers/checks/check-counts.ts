import { shownWords } from '../../telemetry/shown-words.js';
import type { HealthState } from '../pool/circuit-breaker.js';
import type { MadeCheck } from '../pool/health-checks.service.js';
import type { CheckResult } from '../pool/server-health.js';
import { CHECK_STATES, HALF_HOUR_MS, halfHourOf, type CheckState } from './half-hours.js';

/** For how long counts are kept, here while they cannot be written, and where they are written. */
export const KEPT_MS = 48 * 3_600_000;
/** Twice what 200 servers have in two days, and more than there can be servers. */
const COUNTS_MAX = 40_000;

/** What this process has counted of a server's checks in a half hour, so far. */
export interface CheckCount {
  serverId: string;
  halfHour: number;
  checks: number;
  failed: number;
  /** Sum of those that were answered. */
  latencyMs: number;
  /** The worst of it. */
  state: CheckState;
  /** The last that failed, masked. */
  failure?: { at: number; error: string; words?: string | undefined };
}

const STATE_OF: Record<HealthState, CheckState> = { healthy: 'ok', degraded: 'degraded', unhealthy: 'down', unknown: 'ok' };

/**
 * Counts of one process until they are written. They are written as they stand, not what was added, so that writing them twice changes
 * nothing: a half hour stays here until it is over and written.
 */
export class CheckCounts {
  /** Oldest first. */
  private readonly counts = new Map<string, CheckCount>();
  /** How many checks of each are written. */
  private readonly written = new WeakMap<CheckCount, number>();

  add({ serverId, state, result }: MadeCheck, at: number): void {
    const count = this.countOf(serverId, halfHourOf(at));
    count.checks += 1;
    count.state = worst(count.state, STATE_OF[state]);
    if ('latencyMs' in result) count.latencyMs += result.latencyMs;
    else Object.assign(count, { failed: count.failed + 1, failure: { at, ...shown(result) } });
  }

  /** Copies of what is not written as it stands, the oldest first. */
  unwritten(most: number): CheckCount[] {
    const changed = [...this.counts.values()].filter((count) => this.isUnwritten(count));
    return changed.slice(0, most).map((count) => ({ ...count }));
  }

  noteWritten(copies: readonly CheckCount[]): void {
    for (const { serverId, halfHour, checks } of copies) {
      const count = this.counts.get(keyOf(serverId, halfHour));
      if (count) this.written.set(count, checks);
    }
  }

  /** Forgets half hours that are over and written, and what is kept for too long. */
  forget(now: number): void {
    for (const [key, count] of this.counts) {
      const isOver = count.halfHour + HALF_HOUR_MS < now;
      if ((isOver && !this.isUnwritten(count)) || count.halfHour + KEPT_MS < now) this.counts.delete(key);
    }
  }

  private isUnwritten(count: CheckCount): boolean {
    return this.written.get(count) !== count.checks;
  }

  private countOf(serverId: string, halfHour: number): CheckCount {
    const key = keyOf(serverId, halfHour);
    const known = this.counts.get(key);
    if (known) return known;
    if (this.counts.size >= COUNTS_MAX) this.counts.delete(this.counts.keys().next().value!);
    const count: CheckCount = { serverId, halfHour, checks: 0, failed: 0, latencyMs: 0, state: 'ok' };
    this.counts.set(key, count);
    return count;
  }
}

const keyOf = (serverId: string, halfHour: number): string => `${serverId} ${halfHour}`;

const worst = (one: CheckState, other: CheckState): CheckState =>
  CHECK_STATES[Math.max(CHECK_STATES.indexOf(one), CHECK_STATES.indexOf(other))]!;

const shown = ({ failure: { error, words } }: Extract<CheckResult, { failure: unknown }>) => ({
  error: shownWords(error),
  words: words === undefined ? undefined : shownWords(words),
});
