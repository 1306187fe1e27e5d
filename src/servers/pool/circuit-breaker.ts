/** Failures in a row that make a server unhealthy, and successes in a row that make it healthy again. */
const FAILURES_TO_UNHEALTHY = 3;
const SUCCESSES_TO_HEALTHY = 2;
/** How long an unhealthy server gets no calls; doubled with every failed trial. */
const OPEN_FIRST_MS = 500;
const OPEN_MAX_MS = 30_000;

/** `degraded` still serves; `unhealthy` does not; `unknown` has not been asked yet. */
export type HealthState = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** `closed`: calls go through. `open`: none do. `half-open`: one trial may show whether the server works again. */
export type Circuit = 'closed' | 'open' | 'half-open';

/** What health checks and calls have shown of a server. Immutable. */
export interface CircuitBreaker {
  state: HealthState;
  /** In a row; one of the two is always 0. */
  failures: number;
  successes: number;
  /** The circuit is open until then, monotonic clock, ms; 0 while it is closed. */
  openUntil: number;
  /** How long it was opened last, ms. */
  openMs: number;
}

export const UNTRIED: CircuitBreaker = { state: 'unknown', failures: 0, successes: 0, openUntil: 0, openMs: 0 };

/** After a check or call that was answered. One success does not make an unhealthy server healthy. */
export function afterSuccess({ state, successes }: CircuitBreaker): CircuitBreaker {
  const isEnough = state === 'unknown' || state === 'healthy' || successes + 1 >= SUCCESSES_TO_HEALTHY;
  return { ...UNTRIED, state: isEnough ? 'healthy' : 'degraded', successes: successes + 1 };
}

/** After a check or call that failed by the server's fault. One failure does not make a healthy server unhealthy. */
export function afterFailure({ state, failures, openMs }: CircuitBreaker, now: number): CircuitBreaker {
  const isUnhealthy = state === 'unhealthy' || state === 'unknown' || failures + 1 >= FAILURES_TO_UNHEALTHY;
  if (!isUnhealthy) return { ...UNTRIED, state: 'degraded', failures: failures + 1 };
  const nextMs = openMs === 0 ? OPEN_FIRST_MS : Math.min(2 * openMs, OPEN_MAX_MS);
  return { state: 'unhealthy', failures: failures + 1, successes: 0, openUntil: now + nextMs, openMs: nextMs };
}

/** After calls of one caller that failed: nothing more than a sign. Opens no circuit, and none that is half open again. */
export function afterDoubtfulFailure(breaker: CircuitBreaker): CircuitBreaker {
  if (breaker.state === 'unhealthy') return breaker;
  return { ...UNTRIED, state: 'degraded', failures: Math.min(breaker.failures + 1, FAILURES_TO_UNHEALTHY - 1) };
}

export function circuitOf({ openUntil }: CircuitBreaker, now: number): Circuit {
  if (openUntil === 0) return 'closed';
  return now < openUntil ? 'open' : 'half-open';
}
