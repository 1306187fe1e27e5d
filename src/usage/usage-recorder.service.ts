import { Injectable, Logger } from '@nestjs/common';
import { GroupCommit } from '../common/group-commit.js';
import { TallygateError } from '../common/tallygate-error.js';
import { isDataFault } from '../database/data-fault.js';
import type { UsageEvent } from './usage-event.js';
import { UsageOutboxRepository } from './usage-outbox.repository.js';

/** After a failure, what waits already is refused without another try; else each batch would wait for its own timeout. */
const REFUSE_AFTER_FAILURE_MS = 200;

/** Makes usage events durable. An answer may leave only after `record` has resolved (docs/architecture.md). */
@Injectable()
export class UsageRecorder {
  private readonly logger = new Logger('Usage');
  private readonly commits = new GroupCommit<UsageEvent>({
    commit: (batch) => this.commit(batch),
    isItemFault: isDataFault,
  });
  private count = 0;
  private isDown = false;
  /** Monotonic, ms. */
  private refusedUntil = 0;
  private probe: Promise<void> | undefined;

  constructor(private readonly outbox: UsageOutboxRepository) {}

  /** Events this process has made durable since it started. */
  get recorded(): number {
    return this.count;
  }

  /** Events that wait to be committed. */
  get depth(): number {
    return this.commits.depth;
  }

  /**
   * Resolves once the event is committed to PostgreSQL.
   * @throws UNAVAILABLE when PostgreSQL is away, OVERLOADED when too many events wait.
   */
  record(event: UsageEvent): Promise<void> {
    return this.commits.submit(event);
  }

  /**
   * Whether a call can be recorded, to be asked before its tool runs. Undefined means yes, and costs nothing; after a
   * failed commit it is a promise that tries again, one for all who wait.
   * @throws UNAVAILABLE when PostgreSQL is still away.
   */
  ready(): Promise<void> | undefined {
    if (!this.isDown) return undefined;
    this.probe ??= this.commit([])
      .then(() => undefined)
      .finally(() => (this.probe = undefined));
    return this.probe;
  }

  /** Resolves when no event waits and none is being committed. */
  idle(): Promise<void> {
    return this.commits.idle();
  }

  private async commit(events: UsageEvent[]): Promise<void[]> {
    if (events.length > 0 && performance.now() < this.refusedUntil) throw unavailable();
    try {
      await this.outbox.append(events);
    } catch (error) {
      if (isDataFault(error)) throw error;
      this.goDown(error as Error);
      throw unavailable(error);
    }
    this.count += events.length;
    this.comeUp();
    return [];
  }

  private goDown({ message }: Error): void {
    if (!this.isDown) this.logger.error(`Usage events cannot be recorded, calls are refused: ${message}`);
    this.isDown = true;
    this.refusedUntil = performance.now() + REFUSE_AFTER_FAILURE_MS;
  }

  private comeUp(): void {
    if (this.isDown) this.logger.log('Usage events are recorded again');
    this.isDown = false;
    this.refusedUntil = 0;
  }
}

const unavailable = (cause?: unknown): TallygateError =>
  new TallygateError('UNAVAILABLE', 'Calls cannot be recorded right now, so none is answered. Try again in a moment.', {
    retryAfterSeconds: 1,
    cause,
  });
