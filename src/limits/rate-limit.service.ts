import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { tally } from '../telemetry/metrics.js';
import { RedisConnection } from './redis.connection.js';
import { WindowCounter, type WindowCount } from './window-counter.js';

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

const WINDOW_SECONDS = 3_600;
/** Most callers counted at once; beyond that, the one seen longest ago starts anew. */
const BUCKETS_MAX = 100_000;

/** Counts requests by bucket, in windows of an hour that start with a bucket's first request. How many are allowed is `rateAllowance`'s. */
@Injectable()
export class RateLimitService {
  readonly decisions = tally('tallygate_rate_limit_decisions_total', 'Requests that were counted against a limit', ['decision']);
  private readonly requests: WindowCounter;

  constructor(
    redis: RedisConnection,
    private readonly clock: Clock,
  ) {
    this.requests = new WindowCounter({ name: 'requests', windowMs: WINDOW_SECONDS * 1_000, keysMax: BUCKETS_MAX, clock, redis });
  }

  /** Counts one request and decides whether it is within `perHour`. Synchronous without Redis. */
  consume(bucket: string, perHour: number): RateLimitDecision | Promise<RateLimitDecision> {
    const counted = this.requests.addForAll(bucket);
    return counted instanceof Promise ? counted.then((count) => this.decide(count, perHour)) : this.decide(counted, perHour);
  }

  private decide({ count, msLeft }: WindowCount, perHour: number): RateLimitDecision {
    const allowed = count <= perHour;
    this.decisions.inc({ decision: allowed ? 'allowed' : 'refused' });
    return {
      allowed,
      limit: perHour,
      remaining: Math.max(0, perHour - count),
      resetAtSeconds: Math.ceil((this.clock.now() + msLeft) / 1_000),
      retryAfterSeconds: Math.max(1, Math.ceil(msLeft / 1_000)),
    };
  }
}

/**
 * The headers that report a limit: those of source 003, "Rate Limit Headers", those of
 * draft-ietf-httpapi-ratelimit-headers-10 (`q` quota, `w` window, `r` remaining, `t` seconds to the reset), and
 * Retry-After when refused.
 */
export function rateLimitHeaders(decision: RateLimitDecision): Record<string, string> {
  const { allowed, limit, remaining, resetAtSeconds, retryAfterSeconds } = decision;
  const headers: Record<string, string> = {
    'X-RateLimit-Limit': `${limit}`,
    'X-RateLimit-Remaining': `${remaining}`,
    'X-RateLimit-Reset': `${resetAtSeconds}`,
    'RateLimit-Policy': `"hourly";q=${limit};w=${WINDOW_SECONDS}`,
    RateLimit: `"hourly";r=${remaining};t=${retryAfterSeconds}`,
  };
  if (!allowed) headers['Retry-After'] = `${retryAfterSeconds}`;
  return headers;
}
