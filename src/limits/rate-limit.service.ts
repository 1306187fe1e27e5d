import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Tally } from '../telemetry/tally.js';
import { RedisConnection } from './redis.connection.js';
import { WindowCounter, type Pair, type WindowCount } from './window-counter.js';

/** How many requests a bucket may have. */
export interface RateAllowance {
  /** Requests with the same bucket are counted together: all of a user's, or all of a key's. */
  bucket: string;
  /** Requests an hour. */
  perHour: number;
}

/** What is left of an allowance. */
export interface RateLimitRest {
  /** Requests in a window of an hour. */
  limit: number;
  remaining: number;
  /** When the window ends, seconds since the Unix epoch; null: no request has been counted yet. */
  resetAtSeconds: number | null;
}

export interface RateLimitDecision {
  allowed: boolean;
  /** Whose limit this is. */
  bucket: string;
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

/** Counts requests by bucket, in windows of an hour that start with a bucket's first request. How many are allowed is `rateAllowances`'. */
@Injectable()
export class RateLimitService {
  readonly decisions = new Tally('tallygate_rate_limit_decisions_total', 'Requests that were counted against a limit', [
    'decision',
  ]);
  private readonly requests: WindowCounter;

  constructor(
    redis: RedisConnection,
    private readonly clock: Clock,
  ) {
    this.requests = new WindowCounter({ name: 'requests', windowMs: WINDOW_SECONDS * 1_000, keysMax: BUCKETS_MAX, clock, redis });
  }

  /** Counts one request and decides whether it is allowed. Synchronous without Redis. */
  consume(allowance: RateAllowance): RateLimitDecision | Promise<RateLimitDecision> {
    const counted = this.requests.addForAll(allowance.bucket, allowance.perHour);
    const decide = (count: WindowCount) => this.decided(this.judge(count, allowance));
    return counted instanceof Promise ? counted.then(decide) : decide(counted);
  }

  /**
   * The same for a request that must be within both; the decision is the tighter one. What the first refuses is not counted
   * by the second.
   */
  consumeBoth(first: RateAllowance, second: RateAllowance): RateLimitDecision | Promise<RateLimitDecision> {
    const counted = this.requests.addForBoth(first.bucket, first.perHour, second.bucket);
    const decide = ([one, other]: Pair) => this.decided(tighter(this.judge(one, first), this.judge(other, second)));
    return counted instanceof Promise ? counted.then(decide) : decide(counted);
  }

  /** What is left, without counting a request. */
  async restOf(allowance: RateAllowance): Promise<RateLimitRest> {
    const counted = await this.requests.read(allowance.bucket);
    const { perHour: limit } = allowance;
    return counted ? this.judge(counted, allowance) : { limit, remaining: limit, resetAtSeconds: null };
  }

  private judge({ count, msLeft }: WindowCount, { bucket, perHour }: RateAllowance): RateLimitDecision {
    return {
      allowed: count <= perHour,
      bucket,
      limit: perHour,
      remaining: Math.max(0, perHour - count),
      resetAtSeconds: Math.ceil((this.clock.now() + msLeft) / 1_000),
      retryAfterSeconds: Math.max(1, Math.ceil(msLeft / 1_000)),
    };
  }

  private decided(decision: RateLimitDecision): RateLimitDecision {
    this.decisions.inc({ decision: decision.allowed ? 'allowed' : 'refused' });
    return decision;
  }
}

/** A refusal before an allowance, then the longer wait or the smaller rest. */
function tighter(one: RateLimitDecision, other: RateLimitDecision): RateLimitDecision {
  if (one.allowed !== other.allowed) return one.allowed ? other : one;
  if (one.allowed) return other.remaining < one.remaining ? other : one;
  return other.retryAfterSeconds > one.retryAfterSeconds ? other : one;
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
