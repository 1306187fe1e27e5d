import { WindowCounter, type WindowCounterOptions } from './window-counter.js';

export interface FailureCounterOptions extends WindowCounterOptions {
  /** Failures in a window after which a key is blocked until the window ends; further failures do not prolong it. */
  limit: number;
}

/** Failures by key, in fixed windows. */
export class FailureCounter {
  private readonly limit: number;
  private readonly failures: WindowCounter;

  constructor({ limit, ...options }: FailureCounterOptions) {
    this.limit = limit;
    this.failures = new WindowCounter(options);
  }

  /** Seconds until the key may try again; 0 when it is not blocked. */
  blockedForSeconds(key: string): number {
    const { count, msLeft } = this.failures.get(key);
    return count < this.limit ? 0 : Math.max(1, Math.ceil(msLeft / 1_000));
  }

  add(key: string): void {
    this.failures.add(key);
  }

  /** Takes back one failure. */
  forgive(key: string): void {
    this.failures.add(key, -1);
  }
}
