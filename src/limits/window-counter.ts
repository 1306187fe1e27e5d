import { LRUCache } from 'lru-cache';
import type { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Clock } from '../common/clock.js';
import type { RedisConnection } from './redis.connection.js';

export interface WindowCounterOptions {
  /** What is counted; its name in Redis. */
  name: string;
  /** A window starts with a key's first count and never moves. */
  windowMs: number;
  /** Keys counted at once in memory; beyond it the one counted longest ago is forgotten. */
  keysMax: number;
  clock: Clock;
  redis: RedisConnection;
}

export interface WindowCount {
  count: number;
  /** Until the window ends, milliseconds. */
  msLeft: number;
}

/**
 * Counts by key in fixed windows: in memory, and where there is Redis for all replicas together
 * (docs/adr/0013-limits-in-redis.md). Memory keeps what Redis said last, so while Redis is away counting goes on from there.
 */
export class WindowCounter {
  private readonly windowMs: number;
  private readonly redis: RedisConnection;
  private readonly shared: RateLimiterRedis | undefined;
  private readonly counts: LRUCache<string, number>;

  constructor({ name, windowMs, keysMax, clock, redis }: WindowCounterOptions) {
    this.windowMs = windowMs;
    this.redis = redis;
    this.shared = redis.counter(name, windowMs);
    this.counts = new LRUCache<string, number>({
      max: keysMax,
      ttl: windowMs,
      ttlResolution: 0,
      noUpdateTTL: true,
      perf: { now: () => clock.monotonic() },
    });
  }

  /** What is known here. */
  get(key: string): WindowCount {
    const count = this.counts.get(key); // first, since it forgets a window that has ended
    return count === undefined ? { count: 0, msLeft: this.windowMs } : { count, msLeft: this.counts.getRemainingTTL(key) };
  }

  /** Counts for all replicas and says what all have counted; at once where there is no Redis or it is away. */
  addForAll(key: string): WindowCount | Promise<WindowCount> {
    if (!this.shared || !this.redis.isReady) return this.addHere(key, 1);
    return this.addInRedis(this.shared, key, 1).catch(() => this.addHere(key, 1));
  }

  /** Counts at once what this replica sees; what all have seen together is known here as soon as Redis has said it. */
  add(key: string, by: 1 | -1 = 1): void {
    this.addHere(key, by);
    if (this.shared && this.redis.isReady) this.addInRedis(this.shared, key, by).catch(() => undefined); // it is counted here
  }

  private addHere(key: string, by: number): WindowCount {
    const { count, msLeft } = this.get(key);
    const sum = Math.max(0, count + by);
    this.counts.set(key, sum);
    return { count: sum, msLeft };
  }

  private async addInRedis(shared: RateLimiterRedis, key: string, by: number): Promise<WindowCount> {
    const { consumedPoints, msBeforeNext } = await shared.penalty(key, by);
    const count = Math.max(0, consumedPoints);
    this.counts.set(key, count, { ttl: Math.max(1, msBeforeNext), noUpdateTTL: false });
    return { count, msLeft: msBeforeNext };
  }
}
