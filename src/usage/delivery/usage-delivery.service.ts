import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { AppConfig } from '../../config/app-config.js';
import { DeliveryLock } from './delivery-lock.js';
import { isolateRows } from './reject-bad-rows.js';
import { isLarge, UsageBatchRepository, type BatchContent, type RejectedRow, type UsageBatch } from './usage-batch.repository.js';
import { isUnreadableRow, UsageLogRepository } from '../reports/usage-log.repository.js';
import { UsageRollup } from './usage-rollup.service.js';
import { UsageVerification } from './usage-verification.service.js';

/** How often a replica that does not deliver asks whether it should. */
const LOCK_RETRY_MS = 3_000;
const BACKOFF_MIN_MS = 200;
const BACKOFF_MAX_MS = 30_000;
/** How long a shutdown waits for ClickHouse. */
const DRAIN_MS = 5_000;

/**
 * Moves committed usage events from PostgreSQL to ClickHouse, one replica at a time, for ever.
 *
 * A batch is fixed in PostgreSQL before its first attempt and dropped after a success; until then the identical bytes are
 * sent again, after a timeout too. So a crash anywhere repeats a batch at worst, and a repeated row replaces itself: by its batch's
 * token, else by its key (`ReplacingMergeTree`). Whoever delivers holds `DeliveryLock` (docs/adr/0006-usage-in-clickhouse.md).
 */
@Injectable()
export class UsageDelivery implements OnApplicationBootstrap {
  private readonly logger = loggerFor('Usage delivery');
  private readonly givingUp = new AbortController();
  private task: PeriodicTask | undefined;
  private backoffMs = 0;
  private failureCount = 0;
  /** Monotonic, ms. */
  private pausedUntil = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly lock: DeliveryLock,
    private readonly batches: UsageBatchRepository,
    private readonly log: UsageLogRepository,
    private readonly rollup: UsageRollup,
    private readonly verification: UsageVerification,
  ) {}

  /** Failed rounds since this process started. */
  get failures(): number {
    return this.failureCount;
  }

  onApplicationBootstrap(): void {
    this.task = new PeriodicTask('Usage delivery', this.config.values.usage.delivery_interval_ms, () => this.run());
    this.task.start();
  }

  /** Stops the rounds and makes a last one, which waits for ClickHouse for 5 s at most; what is left is delivered after the next start. */
  async close(): Promise<void> {
    const deadline = setTimeout(() => this.givingUp.abort(new Error('The gateway is stopping')), DRAIN_MS);
    await this.task?.stop();
    try {
      if (this.lock.isHeld) await this.deliverAll();
    } catch (error) {
      this.logger.warn(`Not everything is delivered, the next start goes on with it: ${(error as Error).message}`);
    }
    clearTimeout(deadline);
    this.lock.release();
  }

  /** One round, as the timer runs it. After a failure the next one waits longer. */
  async run(): Promise<void> {
    if (performance.now() < this.pausedUntil) return;
    try {
      if (await this.takeLock()) await this.round();
      else this.pausedUntil = performance.now() + LOCK_RETRY_MS;
      this.backoffMs = 0;
    } catch (error) {
      this.backOff(error as Error);
    }
  }

  private async takeLock(): Promise<boolean> {
    if (this.lock.isHeld) return true;
    if (!(await this.lock.acquire())) return false;
    await this.batches.adoptRestored();
    return true;
  }

  /**
   * Delivery comes before the rollup, hour by hour, since people wait to see their calls. Then old calls are verified, and one hour of
   * an earlier release is counted anew.
   */
  private async round(): Promise<void> {
    do await this.deliverAll();
    while (!this.givingUp.signal.aborted && (await this.rollup.next()));
    if (!this.givingUp.signal.aborted) await this.verification.turn(this.stopSignal);
    if (!this.givingUp.signal.aborted) await this.rollup.renewNext();
  }

  private get stopSignal(): AbortSignal {
    return AbortSignal.any([this.lock.lost, this.givingUp.signal]);
  }

  private async deliverAll(): Promise<void> {
    while (await this.deliverNext()) if (this.givingUp.signal.aborted) return;
  }

  /** True when more is likely to wait. */
  private async deliverNext(): Promise<boolean> {
    const { batch, content } = (await this.takeUp()) ?? (await this.batches.fix()) ?? {};
    if (!batch || !content) return false;
    const rejected = await this.send(batch, content);
    await this.batches.finish(batch, rejected);
    for (const { error } of rejected) this.logger.error(`A usage event is set aside in mcp.usage_rejected: ${error}`);
    return isLarge(content);
  }

  /** The batch that an earlier attempt, here or on another replica, left unfinished. */
  private async takeUp(): Promise<{ batch: UsageBatch; content: BatchContent } | undefined> {
    const batch = await this.batches.findOpen();
    if (!batch) return undefined;
    const content = await this.batches.read(batch);
    if (content.rowCount === batch.rowCount && content.checksum === batch.checksum) return { batch, content };
    // Only a manual change of the table can cause this. The token must not be used again, since ClickHouse would drop
    // other rows under it; under a new one nothing is lost, and rows delivered before replace themselves.
    this.logger.error(
      `Batch ${batch.id} was fixed with ${batch.rowCount} rows (${batch.checksum}) and now has ${content.rowCount} (${content.checksum}): ` +
        'mcp.usage_outbox was changed by hand. Its rows are delivered as a new batch.',
    );
    await this.batches.forget(batch.id);
    return undefined;
  }

  private async send(batch: UsageBatch, { lines }: BatchContent): Promise<RejectedRow[]> {
    try {
      await this.insert(batch.id, lines);
      return [];
    } catch (error) {
      if (!isUnreadableRow(error)) throw error;
    }
    return isolateRows(lines.split('\n'), {
      insert: (part, from) => this.insert(`${batch.id}/${from}+${part.length}`, part.join('\n')),
      isRowFault: isUnreadableRow,
    });
  }

  private insert(token: string, lines: string): Promise<void> {
    const timeout = AbortSignal.timeout(this.config.values.usage.delivery_timeout_ms);
    return this.log.insert(token, lines, AbortSignal.any([this.stopSignal, timeout]));
  }

  private backOff(error: Error): void {
    this.failureCount += 1;
    this.verification.expire();
    this.backoffMs = Math.min(BACKOFF_MAX_MS, Math.max(BACKOFF_MIN_MS, 2 * this.backoffMs));
    this.pausedUntil = performance.now() + this.backoffMs;
    this.logger.warn(`${error.message}; trying again in ${this.backoffMs} ms`);
  }
}
