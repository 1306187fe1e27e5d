import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { loggerFor } from '../../common/log-contexts.js';
import { AppConfig } from '../../config/app-config.js';
import { HOUR_MS } from '../../common/utc-day.js';
import { Refusals, type RefusalReason } from '../../telemetry/refusals.js';
import { RefusalsRepository } from './refusals.repository.js';

const WRITE_MS = 5_000;

/** Keeps what this process refuses: all replicas add up, and a crash loses some seconds. PostgreSQL away, it waits in memory. */
@Injectable()
export class RefusalCounts implements OnApplicationBootstrap {
  private readonly logger = loggerFor('Usage');
  /** Of this process, until it ends. */
  private readonly process = randomUUID();
  private readonly writing = new PeriodicTask('Usage', WRITE_MS, () => this.write());
  private readonly forgetting = new PeriodicTask('Usage', HOUR_MS, () => this.forget());

  constructor(
    private readonly refusals: Refusals,
    private readonly repository: RefusalsRepository,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.writing.start();
    this.forgetting.start();
    this.forgetting.nudge();
  }

  /** Once nothing is refused any more. What cannot be written is said and lost. */
  async close(): Promise<void> {
    await Promise.all([this.writing.stop(), this.forgetting.stop()]);
    await this.write().catch((error: Error) => this.logger.warn(`The last refusals are not counted: ${error.message}`));
  }

  /** Writes what is new. @throws what PostgreSQL throws; then it is written the next time */
  async write(): Promise<void> {
    const { counts, back } = this.refusals.take();
    if (counts.length === 0) return;
    await this.repository.keep(this.process, counts).catch((error: unknown) => {
      back();
      throw error;
    });
  }

  /** Of all replicas, in the hours that a time touches, most first. */
  byReason({ from, to }: { from: number; to: number }): Promise<{ reason: RefusalReason; refused: number }[]> {
    return this.repository.byReason(new Date(from - (from % HOUR_MS)), new Date(to));
  }

  /** As long as the calls are kept. */
  private forget(): Promise<void> {
    return this.repository.forgetOld(this.config.values.usage.keep_months);
  }
}
