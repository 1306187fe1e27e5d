import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/sql.js';
import { TallygateError } from '../common/tallygate-error.js';
import { AppConfig } from '../config/app-config.js';
import { UNIQUE_VIOLATION } from '../database/is-data-error.js';
import type { Grant, GrantResult, NewAccount, Taking, TakingResult, TierChange, TierChangeResult } from './credit-booking.js';
import type { CreditBalance } from './credit-balance.js';
import { CreditRepository, type GrantRow } from './credit.repository.js';
import { Tariff, type Tiers } from '../tariff/tariff.js';
import { CreditLeases } from './leases/credit-leases.service.js';
import { daysUntilRefill } from './refill-period.js';

/** Most credits in one grant, far below where sums become inexact. */
const GRANT_MAX = 1_000_000_000;

/** Accounts' books: what they have, receive and owe. What calls spend is leased (`CreditLeases`) and posted (`CreditPosting`). */
@Injectable()
export class CreditLedger {
  constructor(
    private readonly repository: CreditRepository,
    private readonly leases: CreditLeases,
    private readonly config: AppConfig,
    private readonly tariff: Tariff,
  ) {}

  /** As it is now, whatever is posted; refills first when a new month has begun. @throws NOT_FOUND */
  async balance(accountId: number): Promise<CreditBalance> {
    await this.leases.gather(accountId);
    const row = found(await this.repository.balance(accountId, this.tiers));
    const { now, ...balance } = row;
    return { ...balance, available: row.balance - row.held, daysUntilRefill: daysUntilRefill(now) };
  }

  /** Has credits given back that no call needs, so that a correction can take them. Before the account is locked. */
  gather(accountId: number): Promise<void> {
    return this.leases.gather(accountId);
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
    return this.tariff.tiers;
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
