import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { DeliveryLock } from './delivery-lock.js';
import { DirtyHoursRepository } from './dirty-hours.repository.js';
import { UsageBatchRepository } from './usage-batch.repository.js';
import { UsageCountsRepository } from './usage-counts.repository.js';
import { UsageDelivery } from './usage-delivery.service.js';
import { UsageLogRepository } from './usage-log.repository.js';
import { UsageMetrics } from './usage.metrics.js';
import { UsageOutboxRepository } from './usage-outbox.repository.js';
import { UsageQueries } from './usage-queries.service.js';
import { UsageRecorder } from './usage-recorder.service.js';
import { UsageRetention } from './usage-retention.service.js';
import { UsageReports } from './usage-reports.service.js';
import { UsageRollup } from './usage-rollup.service.js';
import { UsageStatus } from './usage-status.service.js';
import { UsageController } from './usage.controller.js';

/** From a finished call to its place in history: outbox, delivery, rollup, history and statistics. */
@Module({
  imports: [AuthModule],
  controllers: [UsageController],
  providers: [
    DeliveryLock,
    DirtyHoursRepository,
    UsageBatchRepository,
    UsageCountsRepository,
    UsageDelivery,
    UsageLogRepository,
    UsageMetrics,
    UsageOutboxRepository,
    UsageQueries,
    UsageRecorder,
    UsageReports,
    UsageRetention,
    UsageRollup,
    UsageStatus,
  ],
  exports: [UsageQueries, UsageRecorder, UsageReports, UsageStatus],
})
export class UsageModule implements OnApplicationShutdown {
  constructor(
    private readonly recorder: UsageRecorder,
    private readonly delivery: UsageDelivery,
  ) {}

  /** The listeners are closed: what their last calls recorded is committed first, then delivered. */
  async onApplicationShutdown(): Promise<void> {
    await this.recorder.idle();
    await this.delivery.close();
  }
}
