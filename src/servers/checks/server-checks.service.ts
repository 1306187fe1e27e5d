import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { isBackendAway } from '../../common/backend-away.js';
import { Clock } from '../../common/clock.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { loggerFor } from '../../common/log-contexts.js';
import { HealthChecks } from '../pool/health-checks.service.js';
import { CheckCounts, KEPT_MS } from './check-counts.js';
import type { HalfHourDto } from './half-hour.dto.js';
import { shownHalfHours } from './half-hours.js';
import { ServerChecksRepository, type CheckedHalfHour, type FailedCheck } from './server-checks.repository.js';

const WRITE_PAUSE_MS = 5_000;
const SWEEP_PAUSE_MS = 600_000;
/** Most rows in one statement. */
const BATCH_MAX = 1_000;

/** How upstream servers have been: the checks of all replicas by half hour. Counted in memory, written every few seconds. */
@Injectable()
export class ServerChecks implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = loggerFor('Server health');
  private readonly writing = new PeriodicTask('Server health', WRITE_PAUSE_MS, () => this.flush());
  private readonly sweeping = new PeriodicTask('Server health', SWEEP_PAUSE_MS, () => this.sweep());
  private readonly counts = new CheckCounts();
  /** Whose counts these are: each process has rows of its own. */
  private readonly process = randomUUID();

  constructor(
    private readonly health: HealthChecks,
    private readonly repository: ServerChecksRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.health.onChecked((check) => this.counts.add(check, this.clock.now()));
  }

  onApplicationBootstrap(): void {
    this.writing.start();
    this.sweeping.start();
  }

  /** The last write. When it fails, a few seconds of checks are lost, which is not worth failing the shutdown. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.writing.stop(), this.sweeping.stop()]);
    await this.flush().catch((error: Error) => this.logger.warn(`The last checks of servers are not written: ${error.message}`));
  }

  /** What cannot be written is kept for the next time. */
  async flush(): Promise<void> {
    this.counts.forget(this.clock.now());
    for (;;) {
      const counts = this.counts.unwritten(BATCH_MAX);
      if (counts.length > 0) await this.repository.write(this.process, counts);
      this.counts.noteWritten(counts);
      if (counts.length < BATCH_MAX) break;
    }
  }

  sweep(): Promise<void> {
    const before = new Date(this.clock.now() - KEPT_MS);
    return this.sweeping.untilDone(() => this.repository.deleteBefore(before, BATCH_MAX));
  }

  /** The half hours of the last day of each of these servers, by id; where it was not checked, there is no state. */
  async of(serverIds: readonly string[]): Promise<Map<string, HalfHourDto[]>> {
    const shown = shownHalfHours(this.clock.now());
    const checked = await this.repository.halfHours(serverIds, new Date(shown[0]!));
    const known = new Map(checked.map((one) => [`${one.serverId} ${one.from.getTime()}`, one]));
    return new Map(serverIds.map((id) => [id, shown.map((from) => halfHour(from, known.get(`${id} ${from}`)))]));
  }

  /** The same; undefined while PostgreSQL is away, when it matters most which servers there are. */
  async ofIfKnown(serverIds: readonly string[]): Promise<Map<string, HalfHourDto[]> | undefined> {
    return this.of(serverIds).catch((error: unknown) => {
      if (!isBackendAway(error)) throw error;
      return undefined;
    });
  }

  /** Undefined where no check has failed in the last day. */
  lastFailed(serverId: string): Promise<FailedCheck | undefined> {
    return this.repository.lastFailed(serverId, new Date(shownHalfHours(this.clock.now())[0]!));
  }
}

function halfHour(from: number, known: CheckedHalfHour | undefined): HalfHourDto {
  const { state = null, checks = 0, failed = 0, latencyMs = null } = known ?? {};
  return {
    from: new Date(from),
    state,
    checks,
    failed,
    latency_ms: latencyMs === null ? null : Math.round(latencyMs * 1_000) / 1_000,
  };
}
