import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/sql.js';
import { GroupCommit } from '../common/concurrency/group-commit.js';
import { latencyHistogram, timed } from '../telemetry/metrics.js';
import { TallygateError } from '../common/tallygate-error.js';
import { AppConfig } from '../config/app-config.js';
import { isDataError, UNIQUE_VIOLATION } from '../database/is-data-error.js';
import { isUnavailable, PostgresOutage } from '../database/postgres-outage.js';
import type { Grant, GrantResult, NewAccount, Taking, TakingResult, TierChange, TierChangeResult } from './credit-booking.js';
import type { CreditBalance, Reservation, ReserveRequest, Settlement, SettleRequest } from './credit-call.js';
import { CreditRepository, type GrantRow, type ReservedRow, type SettledRow, type Tiers } from './credit.repository.js';
import { daysUntilRefill } from './refill-period.js';
import { retryWhileAway } from './retry-while-away.js';

/** How long a settlement is retried. Its tool has run, so this is long enough for PostgreSQL to restart. */
const SETTLE_PATIENCE_MS = 5_000;
/** Most credits in one grant, far below where sums become inexact. */
const GRANT_MAX = 1_000_000_000;

/**
 * Credits, exactly: never overspent, never lost, never charged twice (docs/adr/0009-exact-credits.md).
 *
 * A call reserves its price, runs, and settles; each is durable when it resolves, and many share one statement. What
 * never settles is released when its hold expires (`HoldSweeper`).
 */
@Injectable()
export class CreditLedger {
  /** How long credits keep calls waiting. */
  readonly latency = latencyHistogram('tallygate_credits_duration_seconds', 'Time to reserve or settle the credits of a call', [
    'operation',
  ]);
  private readonly outage = new PostgresOutage({
    context: 'Credits',
    down: 'Credits are unavailable, priced calls are refused',
    up: 'Credits are available again',
    refusal: 'Credits cannot be read right now, so priced calls are refused. Try again in a moment.',
  });
  private readonly reservations = new GroupCommit<ReserveRequest, ReservedRow | undefined>({
    commit: (batch) => this.outage.attempt(() => this.repository.reserve(batch, this.tiers)),
    isItemFault: isDataError,
  });
  private readonly settlements = new GroupCommit<SettleRequest, SettledRow | undefined>({
    commit: (batch) => this.outage.attempt(() => this.repository.settle(batch)),
    isItemFault: isDataError,
  });

  constructor(
    private readonly repository: CreditRepository,
    private readonly config: AppConfig,
  ) {}

  /** Calls waiting to be committed. */
  get waiting(): { reserve: number; settle: number } {
    return { reserve: this.reservations.depth, settle: this.settlements.depth };
  }

  /**
   * Holds credits for a call about to run. Too few credits, or an inactive account, is a result and not an error.
   * @throws UNAVAILABLE when PostgreSQL is away, OVERLOADED when too many calls wait; then the tool must not run
   */
  async reserve(request: ReserveRequest): Promise<Reservation> {
    const row = await timed(this.latency, { operation: 'reserve' }, () => this.reservations.submit(request));
    if (!row?.isActive) return { granted: false, available: row?.available ?? 0, inactive: true };
    return row.isGranted ? { granted: true, remaining: row.available } : { granted: false, available: row.available };
  }

  /**
   * Ends a reserved call: charges it and records its usage event in one transaction. Repeating it changes nothing and
   * returns what happened the first time.
   * @throws UNAVAILABLE when PostgreSQL was away for five seconds. The outcome is then unknown: settled once, or not.
   */
  async settle(request: SettleRequest): Promise<Settlement> {
    const attempt = () => this.settlements.submit(request);
    const row = await timed(this.latency, { operation: 'settle' }, () =>
      retryWhileAway(attempt, { isAway: isUnavailable, patienceMs: SETTLE_PATIENCE_MS }).catch((error: unknown) => {
        throw isDataError(error) ? error : unsettled(error);
      }),
    );
    if (!row) throw new TallygateError('INTERNAL_ERROR', 'The call has no reservation.');
    const { charged, remaining, isExpired } = row;
    return { charged, remaining, ...(isExpired && { expired: true as const }) };
  }

  /** Refills first when a new month has begun. @throws NOT_FOUND */
  async balance(accountId: number): Promise<CreditBalance> {
    const row = found(await this.repository.balance(accountId, this.tiers));
    const { now, ...balance } = row;
    return { ...balance, available: row.balance - row.held, daysUntilRefill: daysUntilRefill(now) };
  }

  /**
   * With a transaction, runs in it.
   * @throws INVALID_INPUT for an impossible amount, NOT_FOUND, CONFLICT when a correction exceeds the credits that no
   * call holds, or the reference was booked with another amount
   */
  async grant(grant: Grant, tx?: Transaction): Promise<GrantResult> {
    if (!Number.isInteger(grant.amount) || grant.amount === 0 || Math.abs(grant.amount) > GRANT_MAX) {
      throw new TallygateError('INVALID_INPUT', `The amount must be a whole number other than 0, at most ${GRANT_MAX}.`);
    }
    const { outcome, balance, available } = found(await this.grantOnce(grant, tx));
    if (outcome === 'refused') {
      throw new TallygateError('CONFLICT', `Only ${available} credits can be taken back: the account has ${balance}.`);
    }
    if (outcome === 'differs') throw bookedDifferently(grant);
    return { booked: outcome === 'booked', balance, available };
  }

  /**
   * Takes purchased credits back whose money went back. What is not there, or is held by calls, the account owes: later
   * grants pay it first. The caller, whose transaction it is, sees to it that a thing is taken once. @throws NOT_FOUND
   */
  async take(taking: Taking, tx: Transaction): Promise<TakingResult> {
    return found(await this.repository.take(taking, this.tiers, tx));
  }

  /**
   * A larger allocation is topped up at once; a smaller one applies from next month, and nothing is taken back. With
   * a transaction, runs in it.
   * @throws INVALID_INPUT for a tier that is not configured, NOT_FOUND
   */
  async changeTier(change: TierChange, tx?: Transaction): Promise<TierChangeResult> {
    this.allocationOf(change.tier);
    return found(await this.repository.changeTier(change, this.tiers, tx));
  }

  /**
   * Opens an account with its first allocation, inside the transaction that makes its key.
   * @returns Its id; undefined when the user has one already.
   */
  open(tx: Transaction, account: NewAccount): Promise<number | undefined> {
    const tier = account.tier ?? this.config.values.credits.default_tier;
    return this.repository.open(tx, { ...account, tier }, this.allocationOf(tier));
  }

  /** Resolves when no call waits to be reserved or settled. */
  async idle(): Promise<void> {
    await this.reservations.idle();
    await this.settlements.idle();
  }

  /**
   * Two grants of one reference to different accounts at the same moment meet at its UNIQUE index; the second attempt
   * then sees the first. A caller's own transaction is broken by that, and the caller repeats it.
   */
  private async grantOnce(grant: Grant, tx: Transaction | undefined): Promise<GrantRow | undefined> {
    try {
      return await this.repository.grant(grant, this.tiers, tx);
    } catch (error) {
      if (tx || (error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
      return this.repository.grant(grant, this.tiers);
    }
  }

  private allocationOf(tier: string): number {
    const allocation = Object.hasOwn(this.tiers, tier) ? this.tiers[tier] : undefined;
    if (allocation !== undefined) return allocation;
    throw new TallygateError('INVALID_INPUT', `There is no tier "${tier}". Tiers: ${Object.keys(this.tiers).join(', ')}.`);
  }

  private get tiers(): Tiers {
    return this.config.values.tiers;
  }
}

function bookedDifferently({ reference }: Grant): TallygateError {
  const words = `"${reference?.id}" was booked before with another amount, and nothing has changed.`;
  return new TallygateError('CONFLICT', `${words} Give other credits a reference of their own.`);
}

function found<T>(row: T | undefined): T {
  if (!row) throw new TallygateError('NOT_FOUND', 'There is no such account.');
  return row;
}

/** PostgreSQL was away, or silent, for all the patience there is: nobody knows whether the charge was booked. */
const unsettled = (cause: unknown) =>
  new TallygateError('UNAVAILABLE', 'The call has run, but it cannot be recorded right now, so it is not answered.', {
    retryAfterSeconds: 1,
    cause,
  });
