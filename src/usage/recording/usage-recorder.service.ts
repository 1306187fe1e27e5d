import { Injectable } from '@nestjs/common';
import { GroupCommit } from '../../common/concurrency/group-commit.js';
import { isDataError } from '../../database/is-data-error.js';
import { PostgresOutage } from '../../database/postgres-outage.js';
import type { UsageEvent } from './usage-event.js';
import { UsageOutboxRepository } from './usage-outbox.repository.js';

/** Makes usage events durable. An answer may leave only after `record` has resolved (docs/architecture.md). */
@Injectable()
export class UsageRecorder {
  private readonly outage = new PostgresOutage({
    context: 'Usage',
    down: 'Usage events cannot be recorded, calls are refused',
    up: 'Usage events are recorded again',
    refusal: 'Calls cannot be recorded right now, so none is answered. Try again in a moment.',
  });
  private readonly commits = new GroupCommit<UsageEvent>({
    commit: (batch) => this.commit(batch),
    isItemFault: isDataError,
  });
  private count = 0;
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
    if (!this.outage.isDown) return undefined;
    this.probe ??= this.outage.attempt(() => this.outbox.append([])).finally(() => (this.probe = undefined));
    return this.probe;
  }

  /** Resolves when no event waits and none is being committed. */
  idle(): Promise<void> {
    return this.commits.idle();
  }

  private async commit(events: UsageEvent[]): Promise<void[]> {
    await this.outage.attempt(() => this.outbox.append(events));
    this.count += events.length;
    return [];
  }
}
