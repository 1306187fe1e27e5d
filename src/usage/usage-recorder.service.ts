import { Injectable, Logger } from '@nestjs/common';
import { GroupCommit } from '../common/group-commit.js';
import { TallygateError } from '../common/tallygate-error.js';
import type { UsageEvent } from './usage-event.js';
import { UsageOutboxRepository } from './usage-outbox.repository.js';

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
    try {
      await this.outbox.append(events);
    } catch (error) {
      if (isDataFault(error)) throw error;
      throw this.down(error);
    }
    this.count += events.length;
    if (this.isDown) this.logger.log('Usage events are recorded again');
    this.isDown = false;
    return [];
  }

  private down(cause: unknown): TallygateError {
    if (!this.isDown) this.logger.error(`Usage events cannot be recorded, calls are refused: ${(cause as Error).message}`);
    this.isDown = true;
    return new TallygateError('UNAVAILABLE', 'Calls cannot be recorded right now, so none is answered. Try again in a moment.', {
      retryAfterSeconds: 1,
      cause,
    });
  }
}

/** Data exceptions and broken constraints (PostgreSQL manual, appendix A, classes 22 and 23): a row's fault, not the server's. */
const isDataFault = (error: unknown): boolean => /^2[23]/.test((error as { code?: string }).code ?? '');
