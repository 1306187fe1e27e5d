/** Attempts to deliver one notice to one endpoint: with the default pause over some 25 hours, over days where it asks for pauses. */
export const TRIES_MAX = 8;
const FACTOR = 6;
const PAUSE_MAX_MS = 12 * 3_600_000;
/** Share of a pause by which it is longer or shorter, so that what failed together is not tried again together. */
const JITTER = 0.2;
/** For attempts themselves, and for one that waits for room or for a gateway. */
const SLACK_MS = 24 * 3_600_000;

/** What came of an attempt. */
export interface Outcome {
  isDelivered: boolean;
  /** Of HTTP or SMTP; null when there was no answer. */
  status: number | null;
  /** Null for one that succeeded. */
  error: string | null;
  /** No other attempt could succeed: the endpoint says so. */
  isFinal?: boolean;
  /** The endpoint asks not to be tried again before. */
  retryAfterMs?: number | undefined;
}

/**
 * The pause after so many failed attempts, milliseconds: it grows six times each, up to 12 hours, and an endpoint may ask for a longer
 * one within that. Undefined when there is no further attempt.
 * @param random between 0 and 1
 */
export function pauseAfter(
  tries: number,
  { isFinal, retryAfterMs = 0 }: Outcome,
  firstMs: number,
  random: () => number = Math.random,
): number | undefined {
  if (isFinal || tries >= TRIES_MAX) return undefined;
  const pauseMs = Math.min(firstMs * FACTOR ** (tries - 1), PAUSE_MAX_MS);
  const jittered = pauseMs * (1 + JITTER * (2 * random() - 1));
  return Math.max(jittered, Math.min(retryAfterMs, PAUSE_MAX_MS));
}

/** A delivery is over by then, whatever pauses its endpoint asks for: one that still waits, waits for what does not come. Milliseconds. */
export const GIVEN_UP_AFTER_MS = (TRIES_MAX - 1) * PAUSE_MAX_MS * (1 + JITTER) + SLACK_MS;

/** `Retry-After`: seconds, or a date. Undefined for anything else. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1_000;
  const until = /GMT\s*$/.test(header) ? Date.parse(header) : NaN; // what else `Date.parse` reads, such as -5, is no date of HTTP
  return Number.isNaN(until) ? undefined : Math.max(0, until - now);
}
