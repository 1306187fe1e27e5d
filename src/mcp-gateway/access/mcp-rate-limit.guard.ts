import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { rateAllowance } from '../../auth/access/rate-allowance.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { rateLimitHeaders } from '../../limits/rate-limit-headers.js';
import { RateLimitService, type RateLimitDecision } from '../../limits/rate-limit.service.js';
import type { McpContext } from '../context/mcp-context.js';

/** Counts a caller's requests and tells them where they stand, on every limited answer. */
@Injectable()
export class McpRateLimitGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimitService,
    private readonly config: AppConfig,
  ) {}

  canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    const context = execution.switchToRpc().getContext<McpContext>();
    const allowance = rateAllowance(context.caller, this.config.values.limits);
    if (!allowance) return true;
    const decision = this.limits.consume(allowance.bucket, allowance.perHour);
    return decision instanceof Promise ? decision.then((made) => enter(context, made)) : enter(context, decision);
  }
}

function enter({ exchange }: McpContext, decision: RateLimitDecision): true {
  Object.assign(exchange.responseHeaders, rateLimitHeaders(decision));
  if (decision.allowed) return true;
  throw new TallygateError('RATE_LIMITED', `Rate limit of ${decision.limit} requests an hour reached.`, {
    retryAfterSeconds: decision.retryAfterSeconds,
  });
}
