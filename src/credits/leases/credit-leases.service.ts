import { Injectable } from '@nestjs/common';
import { setTimeout } from 'node:timers/promises';
import { Clock } from '../../common/clock.js';
import { GroupCommit } from '../../common/concurrency/group-commit.js';
import { LinkedList } from '../../common/concurrency/linked-list.js';
import { PostgresOutage } from '../../database/postgres-outage.js';
import { Tariff } from '../../tariff/tariff.js';
import { latencyHistogram, timed } from '../../telemetry/metrics.js';
import { Replica, type Batch } from '../../usage/recording/replica.service.js';
import { UsageRecorder } from '../../usage/recording/usage-recorder.service.js';
import { AccountLease, Reservation, type LeaseGrant, type Refusal, type Waiting } from './account-lease.js';
import { LeasesRepository } from './leases.repository.js';

/** How long a call that would be refused waits for what other replicas do not need. */
const CALL_BACK_MS = 250;
/** Between two questions whether they have given it back. */
const CALL_BACK_PAUSE_MS = 10;

/**
 * Credits for calls, without asking PostgreSQL for each: never overspent, never refused while another replica holds what it does not
 * need (docs/adr/0021-leases-and-posting.md). What a call charges is recorded with its usage event (`UsageRecorder`) and posted later.
 */
@Injectable()
export class CreditLeases {
  /** How long credits keep calls waiting. */
  readonly latency = latencyHistogram('tallygate_credits_duration_seconds', 'Time to lease credits, or to settle leases', [
    'operation',
  ]);
  private readonly leases = new Map<number, AccountLease>();
  /** Of the calls that run, the oldest first. */
  private readonly running = new LinkedList<Reservation>();
  private readonly outage = new PostgresOutage({
    context: 'Credits',
    down: 'Credits are unavailable, priced calls are refused',
    up: 'Credits are available again',
    refusal: 'Credits cannot be read right now, so priced calls are refused. Try again in a moment.',
  });
  private readonly requests = new GroupCommit<AccountLease>({
    commit: async (batch) => {
      await this.lease(batch);
      return [];
    },
    isItemFault: () => false,
  });

  constructor(
    private readonly repository: LeasesRepository,
    private readonly recorder: UsageRecorder,
    private readonly replica: Replica,
    private readonly tariff: Tariff,
    private readonly clock: Clock,
  ) {}

  /** Accounts of which this replica holds something. */
  get held(): AccountLease[] {
    return [...this.leases.values()];
  }

  /** Accounts that wait for PostgreSQL. */
  get waiting(): number {
    return this.requests.depth;
  }

  /** When the oldest priced call began that runs, ms since the epoch; undefined: none runs. */
  get callsSince(): number | undefined {
    return this.running.oldest?.startedAt;
  }

  /**
   * Reserves credits for a call about to run, out of memory where there is enough.
   * @throws UNAVAILABLE when PostgreSQL is away, OVERLOADED when too many accounts wait; then the tool must not run
   */
  reserve(accountId: number, amount: number, startedAt = this.clock.now()): Reservation | Promise<Reservation | Refusal> {
    const lease = this.leaseOf(accountId);
    const taken = lease.take(amount, this.replica.id, startedAt);
    if (!taken) return this.waitFor(lease, amount, startedAt);
    if (lease.runsLow) this.ask(lease);
    return this.begun(taken);
  }

  /** The call has ended, and what it charged is recorded. */
  end(reservation: Reservation, charged: number): void {
    this.running.delete(reservation);
    reservation.lease.end(reservation, charged);
  }

  /** The call has ended without a record, or nobody knows whether there is one. */
  endInDoubt(reservation: Reservation, charge: number): void {
    this.running.delete(reservation);
    reservation.lease.endInDoubt(reservation, charge);
  }

  /** Whether this replica knows what the account's next call may spend; otherwise it has to be read what no lease holds. */
  isKnown(accountId: number): boolean {
    return this.leases.get(accountId)?.isKnown === true;
  }

  /** Credits that the account's next call may spend, see `isKnown`. Undefined where nothing is known or was read. */
  remaining(accountId: number, read?: number): number | undefined {
    const lease = this.leases.get(accountId);
    return lease ? lease.remaining(read) : read;
  }

  /** Others have given credits to the account, or taken some. */
  forgetAvailable(accountId: number): void {
    this.leases.get(accountId)?.forgetAvailable();
  }

  /** Tells that this replica lives, and since when its calls run. @throws UNAVAILABLE when PostgreSQL is away */
  renew(): Promise<void> {
    return this.outage.attempt(() => this.replica.renew(this.callsSince));
  }

  /** Another replica has asked for what is not needed here. */
  async callBack(accountId: number): Promise<void> {
    const lease = this.leases.get(accountId);
    if (!lease) return;
    lease.isCalledBack = true;
    await this.settle([lease]);
  }

  /**
   * Has everything given back that no call of any replica needs, so that the account's row says what its calls hold. Replicas that do
   * not answer within 250 ms are not waited for.
   */
  async gather(accountId: number): Promise<void> {
    const own = this.leases.get(accountId);
    if (own) await this.settle([own]);
    const until = this.clock.monotonic() + CALL_BACK_MS;
    for (let first = true; await this.repository.callBack(this.replica.id ?? 0, accountId, first); first = false) {
      if (this.clock.monotonic() > until) return;
      await setTimeout(CALL_BACK_PAUSE_MS);
    }
  }

  /** Gives back what no call needs, and forgets accounts of which nothing is needed. Those that are being asked for stay as they are. */
  async settle(leases: AccountLease[]): Promise<void> {
    if (leases.length === 0) return;
    await timed(this.latency, { operation: 'return' }, () =>
      this.recorder.between(async (batch) => {
        const idle = leases.filter((lease) => !lease.isBusy && this.leases.get(lease.accountId) === lease);
        if (idle.length > 0) await this.settleIdle(batch, idle);
      }),
    );
  }

  private leaseOf(accountId: number): AccountLease {
    const usedAt = this.clock.monotonic();
    const known = this.leases.get(accountId);
    if (known) {
      known.usedAt = usedAt;
      return known;
    }
    const lease = new AccountLease(accountId, usedAt);
    this.leases.set(accountId, lease);
    return lease;
  }

  private begun(reservation: Reservation): Reservation {
    this.running.add(reservation);
    return reservation;
  }

  private async waitFor(lease: AccountLease, amount: number, startedAt: number): Promise<Reservation | Refusal> {
    const answer = await new Promise<Reservation | Refusal>((resolve, reject) => {
      lease.wait({ amount, startedAt, resolve, reject });
      this.ask(lease);
    });
    return answer instanceof Reservation ? this.begun(answer) : answer;
  }

  private ask(lease: AccountLease): void {
    if (lease.isBusy) return;
    lease.isBusy = true;
    // Whoever waits is told by `lease`, but for what never came to it.
    this.requests.submit(lease).catch((error: unknown) => this.fail(lease, lease.giveUpQueue(), error));
  }

  private async settleIdle(batch: Batch, leases: AccountLease[]): Promise<void> {
    for (const lease of leases) {
      lease.isBusy = true;
      lease.giveUpFree(batch.replicaId);
    }
    const needs = leases.map(({ accountId, needed }) => ({ accountId, needed }));
    try {
      const available = await this.outage.attempt(() => this.repository.settle(batch, needs));
      if (!available) this.replica.lose(batch.replicaId);
      else for (const lease of leases) lease.settled(available.get(lease.accountId));
    } catch (error) {
      for (const lease of leases) lease.doubt();
      throw error;
    } finally {
      for (const lease of leases) this.rest(lease);
      for (const lease of leases) if (lease.isEmpty) this.leases.delete(lease.accountId);
    }
  }

  /** The statement about the account is over: goes on with what has come meanwhile. */
  private rest(lease: AccountLease): void {
    lease.isBusy = false;
    if (lease.isWanted) this.ask(lease);
    else if (lease.isCalledBack) void this.settle([lease]).catch(() => undefined);
  }

  private fail(lease: AccountLease, items: Waiting[], error: unknown): void {
    for (const item of items) item.reject(error);
    lease.doubt();
    this.rest(lease);
  }

  private async lease(leases: AccountLease[]): Promise<void> {
    const after = await this.outage.attempt(() => this.replica.currentBatch());
    const asked = leases.map((lease) => ({ lease, ...lease.ask(after.replicaId) }));
    const requests = asked.map(({ lease, items, spare, usual }) => ({
      accountId: lease.accountId,
      spare,
      usual,
      callBack: items.some(({ refusedAt }) => refusedAt === undefined),
      amounts: items.map(({ amount }) => amount),
    }));
    try {
      const grants = await timed(this.latency, { operation: 'lease' }, () =>
        this.outage.attempt(() => this.repository.lease(after, requests, this.tariff.tiers)),
      );
      if (grants === 'replica closed') this.replica.lose(after.replicaId);
      if (typeof grants === 'string') for (const { lease, items, spare } of asked) this.again(lease, items, spare);
      else asked.forEach(({ lease, items }, index) => this.answer(lease, items, grants[index]));
    } catch (error) {
      for (const { lease, items } of asked) this.fail(lease, items, error);
    }
  }

  private answer(lease: AccountLease, items: Waiting[], grant: LeaseGrant | undefined): void {
    const now = this.clock.monotonic();
    for (const item of grant ? lease.grant(items, grant) : items) {
      item.refusedAt ??= now;
      if (grant?.mayCome && now < item.refusedAt + CALL_BACK_MS) this.askLater(lease, item);
      else item.resolve({ available: grant?.available ?? 0, ...(!grant?.isActive && { inactive: true as const }) });
    }
    this.rest(lease);
  }

  /** Nothing was done: the replica is a new one now, or has settled other leases meanwhile. */
  private again(lease: AccountLease, items: Waiting[], spare: number): void {
    lease.takeBack(items, spare);
    this.rest(lease);
  }

  private askLater(lease: AccountLease, item: Waiting): void {
    const waitAgain = lease.postpone(item);
    globalThis.setTimeout(() => {
      waitAgain();
      this.ask(lease);
    }, CALL_BACK_PAUSE_MS);
  }
}
