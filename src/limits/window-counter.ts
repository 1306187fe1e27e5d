import type { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Clock } from '../common/clock.js';
import { lruOf, type Lru } from '../common/lru.js';
import type { RedisConnection } from './redis.connection.js';

export interface WindowCounterOptions {
  /** Name of the counter, also in Redis. */
  name: string;
  /** A window starts with a key's first count and keeps its end. */
  windowMs: number;
  /** Most keys counted at once in memory; beyond that, the one counted longest ago is forgotten. */
  keysMax: number;
  clock: Clock;
  redis: RedisConnection;
}

export interface WindowCount {
  count: number;
  /** Until the window ends, milliseconds. */
  msLeft: number;
}

/** As this replica knows it; `endsAt` on the monotonic clock, ms. */
interface Window {
  count: number;
  endsAt: number;
}

/** The counts of the first key and of the second. */
export type Pair = [WindowCount, WindowCount];

/**
 * Counts by key in fixed windows: in memory, and with Redis for all replicas together
 * (docs/adr/0013-limits-in-redis.md). Memory keeps Redis' last answer, so that counting continues from there while
 * Redis is away.
 */
export class WindowCounter {
  private readonly windowMs: number;
  private readonly clock: Clock;
  private readonly redis: RedisConnection;
  private readonly shared: RateLimiterRedis | undefined;
  private readonly windows: Lru<string, Window>;

  constructor({ name, windowMs, keysMax, clock, redis }: WindowCounterOptions) {
    this.windowMs = windowMs;
    this.clock = clock;
    this.redis = redis;
    this.shared = redis.counter(name, windowMs);
    this.windows = lruOf(keysMax);
  }

  /** The count as this replica knows it. */
  get(key: string): WindowCount {
    const now = this.clock.monotonic();
    const window = this.openAt(now, key);
    return window ? { count: window.count, msLeft: window.endsAt - now } : { count: 0, msLeft: this.windowMs };
  }

  /** What all replicas have counted, without counting; null: no window is open. */
  async read(key: string): Promise<WindowCount | null> {
    const found = this.shared && this.redis.isReady ? await this.shared.get(key).catch(() => undefined) : undefined;
    if (found === null) return null;
    if (found) return { count: Math.max(0, found.consumedPoints), msLeft: found.msBeforeNext };
    return this.openAt(this.clock.monotonic(), key) ? this.get(key) : null;
  }

  /**
   * Counts for all replicas and returns what all have counted. Synchronous when there is no Redis or it is away, and when the
   * limit is known to be used up: who goes on asking then costs Redis nothing.
   */
  addForAll(key: string, limit: number): WindowCount | Promise<WindowCount> {
    const shared = this.toAsk(key, limit);
    return shared ? this.addInRedis(shared, key, 1).catch(() => this.addHere(key, 1)) : this.addHere(key, 1);
  }

  /**
   * The same for two keys of which the second counts only what is within the first's limit. One round trip: Redis is asked
   * for both at once, and what the first was over is taken back from the second behind.
   */
  addForBoth(key: string, limit: number, second: string): Pair | Promise<Pair> {
    const shared = this.toAsk(key, limit);
    if (!shared) return this.addBothHere(key, limit, second);
    return this.addBothInRedis(shared, key, limit, second).catch(() => this.addBothHere(key, limit, second));
  }

  /** Counts at once in this replica; the common count arrives as soon as Redis has answered. */
  add(key: string, by: 1 | -1 = 1): void {
    this.addHere(key, by);
    if (this.shared && this.redis.isReady) this.addInRedis(this.shared, key, by).catch(() => undefined); // it is counted here
  }

  /**
   * Redis, if it can be asked and has something to say: a count only grows until its window ends, so that a limit which is used up
   * stays so. Not for the second of two keys, from which is taken back.
   */
  private toAsk(key: string, limit: number): RateLimiterRedis | undefined {
    return this.redis.isReady && this.get(key).count < limit ? this.shared : undefined;
  }

  private openAt(now: number, key: string): Window | undefined {
    const window = this.windows.get(key);
    return window && window.endsAt > now ? window : undefined;
  }

  private addHere(key: string, by: number): WindowCount {
    const now = this.clock.monotonic();
    let window = this.openAt(now, key);
    if (!window) this.windows.set(key, (window = { count: 0, endsAt: now + this.windowMs }));
    window.count = Math.max(0, window.count + by);
    return { count: window.count, msLeft: window.endsAt - now };
  }

  private addBothHere(key: string, limit: number, second: string): Pair {
    const first = this.addHere(key, 1);
    return [first, first.count <= limit ? this.addHere(second, 1) : this.get(second)];
  }

  private async addBothInRedis(shared: RateLimiterRedis, key: string, limit: number, second: string): Promise<Pair> {
    const pair = await Promise.all([this.addInRedis(shared, key, 1), this.addInRedis(shared, second, 1)]);
    if (pair[0].count > limit) this.add(second, -1);
    return pair;
  }

  private async addInRedis(shared: RateLimiterRedis, key: string, by: number): Promise<WindowCount> {
    const { consumedPoints, msBeforeNext } = await shared.penalty(key, by);
    const count = Math.max(0, consumedPoints);
    this.windows.set(key, { count, endsAt: this.clock.monotonic() + Math.max(1, msBeforeNext) });
    return { count, msLeft: msBeforeNext };
  }
}
