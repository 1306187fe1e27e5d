import { randomUUID } from 'node:crypto';
import { SystemClock, type Clock } from '../../../src/common/clock.js';
import { KeyNames } from '../../../src/usage/reports/key-names.repository.js';
import { DeliveryLock } from '../../../src/usage/delivery/delivery-lock.js';
import { DirtyHoursRepository } from '../../../src/usage/delivery/dirty-hours.repository.js';
import { UsageBatchRepository } from '../../../src/usage/delivery/usage-batch.repository.js';
import { UsageCountsRepository } from '../../../src/usage/reports/usage-counts.repository.js';
import { UsageDelivery } from '../../../src/usage/delivery/usage-delivery.service.js';
import { usageEvent, type FinishedCall, type UsageEvent } from '../../../src/usage/recording/usage-event.js';
import { UsageHoursRepository } from '../../../src/usage/delivery/usage-hours.repository.js';
import { UsageVerification } from '../../../src/usage/delivery/usage-verification.service.js';
import { UsageHistoryQuery } from '../../../src/usage/reports/usage-history.dto.js';
import { UsageLogRepository } from '../../../src/usage/reports/usage-log.repository.js';
import { Replica } from '../../../src/usage/recording/replica.service.js';
import { ReplicasRepository } from '../../../src/usage/recording/replicas.repository.js';
import { UsageOutboxRepository } from '../../../src/usage/recording/usage-outbox.repository.js';
import { UsageQueries } from '../../../src/usage/reports/usage-queries.service.js';
import { UsageRecorder } from '../../../src/usage/recording/usage-recorder.service.js';
import { UsageReports } from '../../../src/usage/reports/usage-reports.service.js';
import { UsageRollup } from '../../../src/usage/delivery/usage-rollup.service.js';
import { ToolUses } from '../../../src/usage/reports/series/tool-use.service.js';
import { UsageSeries } from '../../../src/usage/reports/series/usage-series.service.js';
import { UsageSeriesRepository } from '../../../src/usage/reports/series/usage-series.repository.js';
import type { UsersService } from '../../../src/auth/users/users.service.js';
import { UsageSumsRepository } from '../../../src/usage/reports/usage-sums.repository.js';
import { UsageStatus } from '../../../src/usage/delivery/usage-status.service.js';
import type { TestClickHouse } from './test-clickhouse.js';
import { testConfig } from '../gateway/test-config.js';
import type { TestDatabase } from './test-database.js';

/** One replica's usage room, wired by hand. Its timer does not run: a test delivers with `delivery.run()`. */
export function usageRig(
  database: TestDatabase,
  { clickhouse }: TestClickHouse,
  { Batches = UsageBatchRepository, timeoutMs = 30_000, readClock = new SystemClock() as Clock } = {},
) {
  const clock = new SystemClock();
  const config = testConfig({ usage: { delivery_timeout_ms: timeoutMs } });
  const lock = new DeliveryLock(database.postgres);
  const dirtyHours = new DirtyHoursRepository(lock, database.postgres);
  const batches = new Batches(lock, dirtyHours);
  const log = new UsageLogRepository(clickhouse);
  const counts = new UsageCountsRepository(clickhouse);
  const rollup = new UsageRollup(dirtyHours, counts, log, config, clock);
  const hours = new UsageHoursRepository(lock);
  const verification = new UsageVerification(hours, dirtyHours, counts, log, config, clock);
  const outbox = new UsageOutboxRepository(database.postgres);
  const replicas = new ReplicasRepository(database.postgres);
  const users = {
    namesOf: (ids: string[]) => Promise.resolve(new Map(ids.map((id) => [id, { email: `${id}@example.com` }]))),
  } as unknown as UsersService;
  const recorder = new UsageRecorder(outbox, replicas, new Replica(replicas, config));
  return {
    lock,
    batches,
    log,
    recorder,
    outbox,
    hours,
    verification,
    delivery: new UsageDelivery(config, lock, batches, log, rollup, verification),
    queries: new UsageQueries(log, counts, dirtyHours, new KeyNames(database.postgres), users, clock),
    series: new UsageSeries(
      new UsageSeriesRepository(clickhouse),
      dirtyHours,
      outbox,
      new KeyNames(database.postgres),
      users,
      clock,
    ),
    toolUses: new ToolUses(clickhouse, dirtyHours, clock),
    reports: new UsageReports(log, counts, new UsageSumsRepository(clickhouse), dirtyHours, outbox, readClock),
    status: new UsageStatus(outbox, recorder, lock, clock),
  };
}

export type UsageRig = ReturnType<typeof usageRig>;

/** A recorded call with everything a test does not care about filled in. */
export function anEvent(overrides: Partial<FinishedCall> = {}): UsageEvent {
  return usageEvent({
    id: randomUUID(),
    request_id: randomUUID(),
    user_id: 'user-1',
    api_key_id: 'key-1',
    tool_name: 'get_daily_bars',
    service_prefix: 'stock-data',
    table_name: 'daily_bars',
    arguments: { symbol: 'AAPL', start: '2024-01-01' },
    record_count: 10,
    duration_ms: 2.5,
    is_error: false,
    is_backend_error: false,
    error_code: '',
    error_message: '',
    credits_cost: 1,
    credits_charged: 1,
    client_name: 'test/1.0',
    protocol_version: '2025-06-18',
    transport: 'http',
    replica: 'test:1',
    created_at: new Date(),
    ...overrides,
  });
}

export const recordAll = (rig: UsageRig, events: UsageEvent[]) => Promise.all(events.map((event) => rig.recorder.record(event)));

/** A history query as the validation pipe would make it. */
export const historyQuery = (values: Partial<UsageHistoryQuery> = {}): UsageHistoryQuery =>
  Object.assign(new UsageHistoryQuery(), values);
