import { Injectable } from '@nestjs/common';
import { GroupCommit } from '../../common/concurrency/group-commit.js';
import { isDataError } from '../../database/is-data-error.js';
import { PostgresOutage } from '../../database/postgres-outage.js';
import type { UsageEvent } from './usage-event.js';
import { UsageOutboxRepository } from './usage-outbox.repository.js';

/** A call to be recorded, and the account whose credits its answer shows. */
interface Recording {
  event: UsageEvent;
  accountId: number | undefined;
}

/** Makes usage events durable. An answer may leave only after `record` has resolved (docs/architecture.md). */
@Injectable()
export class UsageRecorder {
  private readonly outage = new PostgresOutage({
    context: 'Usage',
    down: 'Usage events cannot be recorded, calls are refused',
    up: 'Usage events are recorded again',
    refusal: 'Calls cannot be recorded right now, so none is answered. Try again in a moment.',
  });
  private readonly commits = new GroupCommit<Recording, number | undefined>({
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
   * @returns The credits of the account that no call holds; undefined without an account.
   * @throws UNAVAILABLE when PostgreSQL is away, OVERLOADED when too many events wait.
   */
  record(event: UsageEvent, accountId?: number): Promise<number | undefined> {
    return this.commits.submit({ event, accountId });
  }

  /**
   * Whether a call can be recorded, to be asked before its tool runs. Undefined means yes, and costs nothing; after a
   * failed commit it is a promise that tries again, one for all who wait.
   * @throws UNAVAILABLE when PostgreSQL is still away.
   */
  ready(): Promise<void> | undefined {
    if (!this.outage.isDown) return undefined;
    this.probe ??= this.outage
      .attempt(() => this.outbox.append([]))
      .then(() => undefined)
      .finally(() => (this.probe = undefined));
    return this.probe;
  }

  /** Resolves when no event waits and none is being committed. */
  idle(): Promise<void> {
    return this.commits.idle();
  }

  private async commit(recordings: Recording[]): Promise<(number | undefined)[]> {
    const events = recordings.map(({ event }) => event);
    const accountIds = new Set(recordings.flatMap(({ accountId }) => accountId ?? []));
    const available = await this.outage.attempt(() => this.outbox.append(events, accountIds));
    this.count += events.length;
    return recordings.map(({ accountId }) => (accountId === undefined ? undefined : available.get(accountId)));
  }
}
