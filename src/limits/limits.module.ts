import { Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { FailureLimiter } from './failure-limiter.js';
import { HourlyLimits } from './hourly-limits.js';
import { LimitsMetrics } from './limits.metrics.js';
import { RateLimitService } from './rate-limit.service.js';
import { RedisConnection } from './redis.connection.js';

/** Rate limits of callers, and limits on failures of addresses. Counted in memory, or in Redis for all replicas. */
@Module({
  providers: [
    { provide: RedisConnection, inject: [AppConfig], useFactory: (config: AppConfig) => RedisConnection.open(config) },
    HourlyLimits,
    RateLimitService,
    FailureLimiter,
    LimitsMetrics,
  ],
  exports: [HourlyLimits, RedisConnection, RateLimitService, FailureLimiter],
})
export class LimitsModule {}
