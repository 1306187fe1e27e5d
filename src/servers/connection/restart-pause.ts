import { setTimeout as pause } from 'node:timers/promises';
import { UpstreamFailure } from './upstream-failure.js';

/** Pause before a server that ended is started again; doubled every time, back to the first after a good while. */
const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 30_000;
const GOOD_WHILE_MS = 60_000;
/** A caller waits for a restart at most this long; when it takes longer, they are told at once. */
const WAIT_MAX_MS = 1_000;

/** Keeps a server that ends again and again from being started again and again. */
export class RestartPause {
  private ends = 0;
  /** When it started or ended last, monotonic clock, ms; 0 before that. */
  private changedAt = 0;
  private endedAt = -Infinity;

  /** The server has started. */
  started(): void {
    this.changedAt = performance.now();
  }

  /** The server ended, or could not be started. */
  ended(): void {
    const now = performance.now();
    const wasGood = this.changedAt > 0 && now - this.changedAt > GOOD_WHILE_MS;
    this.ends = wasGood ? 1 : this.ends + 1;
    this.endedAt = now;
    this.changedAt = now;
  }

  /** Resolves when the server may be started; the first restart is not held up. @throws UpstreamFailure when that is not soon. */
  async wait(name: string): Promise<void> {
    if (this.ends <= 1) return;
    const pauseMs = Math.min(PAUSE_FIRST_MS * 2 ** (this.ends - 2), PAUSE_MAX_MS);
    const waitMs = this.endedAt + pauseMs - performance.now();
    if (waitMs > WAIT_MAX_MS) {
      const seconds = Math.ceil(waitMs / 1_000);
      throw new UpstreamFailure('unreachable', `${name} ended too often; it is started again in ${seconds} s.`);
    }
    if (waitMs > 0) await pause(waitMs);
  }
}
