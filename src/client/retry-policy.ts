import type { GatewayError } from './gateway-error.js';

/** Rate limited, or temporarily unavailable. Anything else would fail again. */
const PASSING = new Set<number | undefined>([429, 503]);
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 10_000;
/** The caller decides whether to wait for a limit that lasts longer. */
export const RETRY_AFTER_MAX_MS = 30_000;
/** Spreads clients that were told to come back at the same time. */
const RETRY_AFTER_SPREAD_MS = 250;

export interface FailedAttempt {
  error: GatewayError;
  /** 0 for the first. */
  attempt: number;
  retries: number;
  /** Repeating the request does no harm: it only reads, or has an idempotency key. */
  isRepeatable: boolean;
}

/**
 * The wait before the request is retried, in milliseconds; undefined when it is not. As Retry-After says, else
 * doubling with each attempt; randomised (`random`: 0 to 1) so that clients spread.
 */
export function retryDelayMs(failed: FailedAttempt, random: number): number | undefined {
  const { error, attempt, retries, isRepeatable } = failed;
  if (!isRepeatable || attempt >= retries || !PASSING.has(error.status)) return undefined;
  if (error.retryAfterSeconds === undefined) return random * Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
  const askedMs = error.retryAfterSeconds * 1_000;
  return askedMs <= RETRY_AFTER_MAX_MS ? askedMs + random * RETRY_AFTER_SPREAD_MS : undefined;
}
