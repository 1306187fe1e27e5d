import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { rateLimitHeaders } from '../../limits/rate-limit-headers.js';
import { RateLimitService } from '../../limits/rate-limit.service.js';
import type { AuthenticatedRequest } from './current-principal.decorator.js';
import { rateAllowance } from './rate-allowance.js';

/** Counts a caller's REST requests and tells them where they stand, on every limited answer. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimitService,
    private readonly config: AppConfig,
  ) {}

  /** @throws RATE_LIMITED once the hour's allowance is spent. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const allowance = rateAllowance(http.getRequest<AuthenticatedRequest>().principal, this.config.values.limits);
    if (!allowance) return true;
    const decision = await this.limits.consume(allowance.bucket, allowance.perHour);
    http.getResponse<Response>().set(rateLimitHeaders(decision));
    if (decision.allowed) return true;
    throw new TallygateError('RATE_LIMITED', `Rate limit of ${decision.limit} requests an hour reached.`, {
      retryAfterSeconds: decision.retryAfterSeconds,
    });
  }
}
