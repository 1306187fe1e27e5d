import type { HealthState } from './health-report.js';

/** Failures in a row that make a server unhealthy, and successes in a row that make it healthy again. */
const FAILURES_TO_UNHEALTHY = 3;
const SUCCESSES_TO_HEALTHY = 2;
/** How long an unhealthy server is left alone; doubled with every failed trial. */
const OPEN_FIRST_MS = 500;
const OPEN_MAX_MS = 30_000;

/** What is known of a server from probes and calls. Immutable. */
export interface Condition {
  state: HealthState;
  /** In a row; one of the two is always 0. */
  failures: number;
  successes: number;
  /** The circuit is open until then, monotonic clock, ms; 0 while it is closed. */
  openUntil: number;
  /** How long it was opened last. */
  openMs: number;
}

export const UNKNOWN: Condition = { state: 'unknown', failures: 0, successes: 0, openUntil: 0, openMs: 0 };

/** After a probe or a call that was answered. One success does not make an unhealthy server healthy. */
export function afterSuccess({ state, successes }: Condition): Condition {
  const enough = state === 'unknown' || successes + 1 >= SUCCESSES_TO_HEALTHY || state === 'healthy';
  return { ...UNKNOWN, state: enough ? 'healthy' : 'degraded', successes: successes + 1 };
}

/** After a probe or call that failed for the server's fault. One failure does not make a healthy server unhealthy. */
export function afterFailure({ state, failures, openMs }: Condition, now: number): Condition {
  const unhealthy = state === 'unhealthy' || state === 'unknown' || failures + 1 >= FAILURES_TO_UNHEALTHY;
  if (!unhealthy) return { ...UNKNOWN, state: 'degraded', failures: failures + 1 };
  const next = openMs === 0 ? OPEN_FIRST_MS : Math.min(2 * openMs, OPEN_MAX_MS);
  return { state: 'unhealthy', failures: failures + 1, successes: 0, openUntil: now + next, openMs: next };
}

/** `half-open`: the time is over, and one trial may show whether it works again. */
export function circuitOf({ openUntil }: Condition, now: number): 'closed' | 'open' | 'half-open' {
  if (openUntil === 0) return 'closed';
  return now < openUntil ? 'open' : 'half-open';
}
