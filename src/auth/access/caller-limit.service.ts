import { Injectable } from '@nestjs/common';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { rateLimitHeaders } from '../../limits/rate-limit-headers.js';
import { RateLimitService, type RateLimitDecision } from '../../limits/rate-limit.service.js';
import type { Principal } from './principal.js';
import { rateAllowance } from './rate-allowance.js';

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
