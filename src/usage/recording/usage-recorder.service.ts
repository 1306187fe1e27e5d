import { Injectable } from '@nestjs/common';
import { GroupCommit } from '../../common/concurrency/group-commit.js';
import { retryWhileAway } from '../../common/concurrency/retry-while-away.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { isDataError } from '../../database/is-data-error.js';
import { isUnavailable, PostgresOutage } from '../../database/postgres-outage.js';
import type { LeasedCharge } from './leased-charge.js';
import { ReplicasRepository } from './replicas.repository.js';
import { Replica, type Batch } from './replica.service.js';
import type { UsageEvent } from './usage-event.js';
import { UsageOutboxRepository, type Recording } from './usage-outbox.repository.js';

/** How long the record of a charge is tried. Its tool has run, so this is long enough for PostgreSQL to restart. */
const CHARGE_PATIENCE_MS = 5_000;

/** Credits that were read with a batch, by account. */
type Available = ReadonlyMap<number, number>;
const NOTHING_READ: Available = new Map();

/** Makes usage events durable, and with them what their calls charge. An answer may leave only after `record` has resolved (docs/architecture.md). */
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
  private chargeCount = 0;
  private probe: Promise<void> | undefined;

  constructor(
    private readonly outbox: UsageOutboxRepository,
    private readonly replicas: ReplicasRepository,
    private readonly replica: Replica,
  ) {}

  /** Events this process has made durable since it started. */
  get recorded(): number {
    return this.count;
  }

  /** Of these, the ones that are to be posted to an account. */
  get charged(): number {
    return this.chargeCount;
  }

  /** Events that wait to be committed. */
  get depth(): number {
    return this.commits.depth;
  }

  /**
   * Resolves once the event is committed to PostgreSQL, with its charge, which may have become less: `LeasedCharge.cover`.
   * @returns The credits that no lease holds, of the account asked for.
   * @throws UNAVAILABLE when PostgreSQL is away, OVERLOADED when too many events wait. Whether it is recorded is then not known.
   */
  record(event: UsageEvent, { charge, accountId, isTask }: Omit<Recording, 'event'> = {}): Promise<number | undefined> {
    return this.commits.submit({ event, charge, accountId, isTask });
  }

  /** Runs a batch of another kind between two of these. */
  async between<T>(work: (batch: Batch) => Promise<T>): Promise<T> {
    return this.commits.between(async () => work(await this.replica.nextBatch()));
  }

  /**
   * Whether a call can be recorded, to be asked before its tool runs. Undefined means yes, and costs nothing; after a
   * failed commit it is a promise that tries again, one for all who wait.
   * @throws UNAVAILABLE when PostgreSQL is still away.
   */
  ready(): Promise<void> | undefined {
    if (!this.outage.isDown) return undefined;
    this.probe ??= this.between((batch) => this.outage.attempt(() => this.outbox.append(batch, [])))
      .then(() => undefined)
      .finally(() => (this.probe = undefined));
    return this.probe;
  }

  /** Resolves when no event waits and none is being committed. */
  idle(): Promise<void> {
    return this.commits.idle();
  }

  private async commit(recordings: Recording[]): Promise<(number | undefined)[]> {
    const available = await this.committed(recordings);
    this.count += recordings.length;
    for (const { charge } of recordings) if (charge) this.chargeCount += 1;
    return recordings.map(({ accountId }) => (accountId === undefined ? undefined : available.get(accountId)));
  }

  /** A replica that was closed by others goes on as a new one, which has to lease what its calls charge. */
  private async committed(recordings: Recording[]): Promise<Available> {
    const batch = await this.outage.attempt(() => this.replica.nextBatch());
    for (const { event, charge } of recordings) {
      const covering = charge?.cover(batch); // nearly never, so nothing is awaited for most
      if (covering) await covering.then(() => writeCharge(event, charge!));
    }
    const available = await this.append(batch, recordings);
    if (available) return available;
    this.replica.lose(batch.replicaId);
    return this.committed(recordings);
  }

  /** Undefined: the replica is closed, and nothing was recorded. */
  private async append(batch: Batch, recordings: Recording[]): Promise<Available | undefined> {
    const attempt = () => this.outage.attempt(() => this.appendOnce(batch, recordings));
    if (recordings.every(({ charge }) => !charge)) return attempt();
    return retryWhileAway(attempt, { isAway: isUnavailable, patienceMs: CHARGE_PATIENCE_MS }).catch((error: unknown) => {
      throw isDataError(error) ? error : unrecorded(error);
    });
  }

  private async appendOnce(batch: Batch, recordings: Recording[]): Promise<Available | undefined> {
    const available = await this.outbox.append(batch, recordings);
    if (available) return available;
    const fate = await this.replicas.fateOf(batch);
    if (fate === 'not done') throw new Error('The batch was refused, and its replica is open');
    return fate === 'done' ? NOTHING_READ : undefined;
  }
}

/** The event says what its call is charged now. */
function writeCharge(event: UsageEvent, { amount, uncharged }: LeasedCharge): void {
  event.credits_charged = amount;
  if (uncharged > 0) event.error_code = 'LEASE_EXPIRED';
}

/** PostgreSQL was away, or silent, for all the patience there is: nobody knows whether the charge was booked. */
const unrecorded = (cause: unknown) =>
  new TallygateError('UNAVAILABLE', 'The call has run, but it cannot be recorded right now, so it is not answered.', {
    retryAfterSeconds: 1,
    cause,
  });
