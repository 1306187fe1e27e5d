import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../telemetry/metrics.js';
import { FailureLimiter } from './failure-limiter.js';
import { RateLimitService } from './rate-limit.service.js';

/** What the limits decide. */
@Injectable()
export class LimitsMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly limits: RateLimitService,
    private readonly failures: FailureLimiter,
  ) {}

  onModuleInit(): void {
    this.metrics.add(this.limits.decisions);
    this.metrics.counter({
      name: 'tallygate_blocked_address_refusals_total',
      help: 'Requests refused unread, from addresses that presented too many invalid API keys',
      read: () => this.failures.refused,
    });
  }
}
