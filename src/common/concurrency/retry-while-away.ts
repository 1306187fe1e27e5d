import { withDeadline } from './deadline.js';

/** First pause between two tries; it doubles up to the most. */
const PAUSE_MS = 50;
const PAUSE_MAX_MS = 500;

export interface RetryOptions {
  /** Whether another attempt may end differently. */
  isAway: (error: unknown) => boolean;
  /** After this long, attempts and pauses included, the last failure is thrown, even if an attempt is still running. */
  patienceMs: number;
}

/**
 * Retries work that is safe to repeat while its backend is away: a failure or a silence may hide a success.
 * @throws What the last attempt threw; `isAway` errors only once the patience is over
 */
export async function retryWhileAway<T>(attempt: () => Promise<T>, { isAway, patienceMs }: RetryOptions): Promise<T> {
  const deadline = performance.now() + patienceMs;
  const left = () => Math.max(0, deadline - performance.now());
  let failure: unknown = new Error(`No answer within ${patienceMs} ms`);
  for (let pauseMs = PAUSE_MS; left() > 0; pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS)) {
    try {
      return await withDeadline(attempt(), left(), () => failure as Error);
    } catch (error) {
      if (!isAway(error)) throw error;
      failure = error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, left())));
  }
  throw failure;
}
