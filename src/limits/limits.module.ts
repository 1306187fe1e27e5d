import { Module } from '@nestjs/common';
import { FailureLimiter } from './failure-limiter.js';
import { RateLimitService } from './rate-limit.service.js';

/** How often a caller may ask, and how often an address may fail. Counted in this process's memory. */
@Module({
  providers: [RateLimitService, FailureLimiter],
  exports: [RateLimitService, FailureLimiter],
})
export class LimitsModule {}
