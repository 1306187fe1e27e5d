import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory } from 'rate-limiter-flexible';

export interface RateLimitDecision {
  allowed: boolean;
  /** Requests in a window of an hour. */
  limit: number;
  remaining: number;
  /** When the window ends, seconds since the Unix epoch. */
  resetAtSeconds: number;
  /** Seconds until then, at least 1. */
  retryAfterSeconds: number;
}

export const WINDOW_SECONDS = 3_600;
/** Callers counted at once; beyond it the one seen longest ago starts anew. */
const BUCKETS_MAX = 100_000;

/** Counts requests by bucket, in windows of an hour that start with a bucket's first request. */
@Injectable()
export class RateLimitService {
  // The limit comes with each request, since keys carry their own and change it; so the library only counts.
  private readonly counter = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: WINDOW_SECONDS, keyPrefix: '' });
  private readonly buckets = new LRUCache<string, true>({
    max: BUCKETS_MAX,
    dispose: (_, bucket, reason) => {
      if (reason === 'evict') void this.counter.delete(bucket);
    },
  });

  /** Takes one request from the bucket and says whether it is still within `perHour`. */
  async consume(bucket: string, perHour: number): Promise<RateLimitDecision> {
    this.buckets.set(bucket, true);
    const { consumedPoints, msBeforeNext } = await this.counter.consume(bucket);
    return {
      allowed: consumedPoints <= perHour,
      limit: perHour,
      remaining: Math.max(0, perHour - consumedPoints),
      resetAtSeconds: Math.ceil((Date.now() + msBeforeNext) / 1_000),
      retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)),
    };
  }
}
