import { Injectable } from '@nestjs/common';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig, type ConfigValues } from '../../config/app-config.js';
import { rateLimitHeaders, RateLimitService, type RateLimitDecision } from '../../limits/rate-limit.service.js';
import type { Principal } from './principal.js';

export interface RateAllowance {
  /** Requests with the same bucket are counted together: all of a user's, or all of a key's. */
  bucket: string;
  /** Requests an hour. */
  perHour: number;
}

type Limits = Pick<ConfigValues['limits'], 'user_per_hour' | 'api_key_per_hour'>;

/** How callers learn where they stand: headers of their answer. */
type Tell = (headers: Record<string, string>) => void;

/** Counts the requests of callers against their hourly allowance, together on both ports. */
@Injectable()
export class CallerLimit {
  constructor(
    private readonly limits: RateLimitService,
    private readonly config: AppConfig,
  ) {}

  /** Takes one request. Synchronous without Redis. @throws RATE_LIMITED once the hour's allowance is spent. */
  admit(principal: Principal, tell: Tell): true | Promise<true> {
    const allowance = rateAllowance(principal, this.config.values.limits);
    if (!allowance) return true;
    const decision = this.limits.consume(allowance.bucket, allowance.perHour);
    return decision instanceof Promise ? decision.then((made) => enter(made, tell)) : enter(decision, tell);
  }
}

function enter(decision: RateLimitDecision, tell: Tell): true {
  tell(rateLimitHeaders(decision));
  if (decision.allowed) return true;
  const { limit, retryAfterSeconds } = decision;
  throw new TallygateError('RATE_LIMITED', `Rate limit of ${limit} requests an hour reached.`, { retryAfterSeconds });
}

/**
 * Returns a caller's rate limit; null when there is none. Source 003, "Rate Limiting": users and keys have their own
 * limits, admins none. A limit set on the key itself wins; an admin's key without the `admin` scope is limited like
 * any other key.
 */
export function rateAllowance({ userId, role, scopes, apiKey }: Principal, limits: Limits): RateAllowance | null {
  if (apiKey?.rateLimitPerHour) return { bucket: `key:${apiKey.id}`, perHour: apiKey.rateLimitPerHour };
  if (apiKey ? scopes.has('admin') : role === 'admin') return null;
  if (apiKey) return { bucket: `key:${apiKey.id}`, perHour: limits.api_key_per_hour };
  return { bucket: `user:${userId}`, perHour: limits.user_per_hour };
}
