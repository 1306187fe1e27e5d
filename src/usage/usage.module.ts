import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { UserFacts } from '../auth/users/user-facts.service.js';
import { CallStreams } from './live/call-streams.service.js';
import { CallTail } from './live/call-tail.service.js';
import { DeliveryLock } from './delivery/delivery-lock.js';
import { DirtyHoursRepository } from './delivery/dirty-hours.repository.js';
import { KeyNames } from './reports/key-names.repository.js';
import { LiveCallsRepository } from './live/live-calls.repository.js';
import { OutboxHours } from './recording/outbox-hours.service.js';
import { RefusalCounts } from './recording/refusal-counts.service.js';
import { RefusalsRepository } from './recording/refusals.repository.js';
import { Replica } from './recording/replica.service.js';
import { ReplicasRepository } from './recording/replicas.repository.js';
import { UsageBatchRepository } from './delivery/usage-batch.repository.js';
import { UsageCountsRepository } from './reports/usage-counts.repository.js';
import { UsageDelivery } from './delivery/usage-delivery.service.js';
import { UsageLogRepository } from './reports/usage-log.repository.js';
import { UsageMetrics } from './usage.metrics.js';
import { UsageOutboxRepository } from './recording/usage-outbox.repository.js';
import { UsageQueries } from './reports/usage-queries.service.js';
import { UsageRecorder } from './recording/usage-recorder.service.js';
import { UsageRetention } from './delivery/usage-retention.service.js';
import { UsageReports } from './reports/usage-reports.service.js';
import { UsageRollup } from './delivery/usage-rollup.service.js';
import { UsagePeriods } from './reports/series/usage-periods.service.js';
import { UsageSeries } from './reports/series/usage-series.service.js';
import { UsageSeriesRepository } from './reports/series/usage-series.repository.js';
import { ToolUses } from './reports/series/tool-use.service.js';
import { UsageHoursRepository } from './delivery/usage-hours.repository.js';
import { UsageVerification } from './delivery/usage-verification.service.js';
import { UsageSumsRepository } from './reports/usage-sums.repository.js';
import { UsageTables } from './reports/usage-tables.service.js';
import { UsageStatus } from './delivery/usage-status.service.js';
import { UsageController } from './reports/usage.controller.js';

/** Of the calls that operators see counted beside a user. */
const FACT_DAYS = 30;

/** From a finished call to its place in history: outbox, delivery, rollup, history and statistics. */
@Module({
  imports: [AuthModule],
  controllers: [UsageController],
  providers: [
    CallStreams,
    CallTail,
    DeliveryLock,
    DirtyHoursRepository,
    KeyNames,
    LiveCallsRepository,
    OutboxHours,
    RefusalCounts,
    RefusalsRepository,
    Replica,
    ReplicasRepository,
    ToolUses,
    UsageBatchRepository,
    UsageCountsRepository,
    UsageDelivery,
    UsageHoursRepository,
    UsageLogRepository,
    UsageMetrics,
    UsageOutboxRepository,
    UsagePeriods,
    UsageQueries,
    UsageRecorder,
    UsageReports,
    UsageRetention,
    UsageRollup,
    UsageSeries,
    UsageSumsRepository,
    UsageSeriesRepository,
    UsageStatus,
    UsageTables,
    UsageVerification,
  ],
  exports: [
    CallStreams,
    RefusalCounts,
    Replica,
    ToolUses,
    UsagePeriods,
    UsageQueries,
    UsageRecorder,
    UsageReports,
    UsageSeries,
    UsageStatus,
    UsageTables,
  ],
})
export class UsageModule implements OnApplicationShutdown, OnModuleInit {
  constructor(
    private readonly recorder: UsageRecorder,
    private readonly delivery: UsageDelivery,
    private readonly facts: UserFacts,
    private readonly reports: UsageReports,
    private readonly refusals: RefusalCounts,
  ) {}

  onModuleInit(): void {
    this.facts.add('calls_30d', (userIds) => this.reports.callsOf(userIds, FACT_DAYS));
  }

  /** The listeners are closed: what their last calls recorded is committed first, then delivered. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.recorder.idle(), this.refusals.close()]);
    await this.delivery.close();
  }
}
