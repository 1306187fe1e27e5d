import { LRUCache } from 'lru-cache';
import type { Clock } from '../common/clock.js';

export interface FailureCounterOptions {
  /** Failures in a window after which a key is blocked until the window ends. */
  limit: number;
  /** A window starts with a key's first failure and never moves, so that failing on does not prolong a block. */
  windowMs: number;
  /** Keys counted at once; beyond it the one that failed longest ago is forgotten. */
  keysMax: number;
  clock: Clock;
}

/** Failures by key, in fixed windows, in bounded memory. */
export class FailureCounter {
  private readonly limit: number;
  private readonly failures: LRUCache<string, number>;

  constructor({ limit, windowMs, keysMax, clock }: FailureCounterOptions) {
    this.limit = limit;
    this.failures = new LRUCache<string, number>({
      max: keysMax,
      ttl: windowMs,
      ttlResolution: 0,
      noUpdateTTL: true,
      perf: { now: () => clock.monotonic() },
    });
  }

  /** Seconds until the key may try again; 0 when it is not blocked. */
  blockedForSeconds(key: string): number {
    if ((this.failures.get(key) ?? 0) < this.limit) return 0;
    return Math.max(1, Math.ceil(this.failures.getRemainingTTL(key) / 1_000));
  }

  add(key: string): void {
    this.failures.set(key, (this.failures.get(key) ?? 0) + 1);
  }

  /** Takes one failure back. */
  forgive(key: string): void {
    const count = this.failures.get(key);
    if (count) this.failures.set(key, count - 1);
  }
}
