import { Injectable } from '@nestjs/common';
import { Postgres } from '../database/postgres.js';
import type { Transaction } from '../database/sql.js';
import type { Tiers } from '../tariff/tariff.js';
import type { Grant, NewAccount, Taking, TakingResult, TierChange } from './credit-booking.js';
import type { CreditBalance } from './credit-balance.js';

/**
 * A statement that PostgreSQL has not answered by then counts as failed, whatever its outcome, and its connection is
 * closed.
 */
const BOUNDED = { timeoutMs: 2_000 };

export interface GrantRow {
  /** `differs`: its reference was booked before with another amount. */
  outcome: 'booked' | 'repeated' | 'differs' | 'refused';
  balance: number;
  available: number;
}

/** How much a sweep found due, and how much of that it did: others may have done the rest while it waited. */
export interface SweptBatch {
  found: number;
  done: number;
}

/** A balance as stored, and the database's time. */
export type BalanceRow = Omit<CreditBalance, 'available' | 'daysUntilRefill'> & { now: Date };

/** All SQL of accounts' books; what moves credits are `database/functions/credit-*.sql`. */
@Injectable()
export class CreditRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Releases at most `most` expired holds, which replicas of the first edition have made. */
  async expireHolds(most: number): Promise<SweptBatch> {
    const [row] = await this.query<SweptBatch>('SELECT overdue AS found, released AS done FROM mcp.expire_holds($1)', [most]);
    return row!;
  }

  /** Releases what closed replicas hold, of at most `most` accounts. */
  async releaseLeases(most: number): Promise<SweptBatch> {
    const [row] = await this.query<SweptBatch>('SELECT due AS found, released AS done FROM mcp.release_leases($1)', [most]);
    return row!;
  }

  /** Refills at most `most` of the accounts that are due. */
  async refillDue(most: number, tiers: Tiers): Promise<SweptBatch> {
    const [row] = await this.query<SweptBatch>(
      `WITH due AS MATERIALIZED (
         SELECT ARRAY(SELECT id FROM mcp.user_accounts WHERE ${IS_DUE} ORDER BY credits_last_refill LIMIT $2) AS ids
       )
       SELECT cardinality(ids) AS found, mcp.refill_credits(ids, $1) AS done FROM due`,
      [JSON.stringify(tiers), most],
    );
    return row!;
  }

  /** Gives at most `most` accounts what their tier gives now and did not before. */
  async raiseAllocations(most: number, tiers: Tiers): Promise<SweptBatch> {
    const sql = 'SELECT due AS found, raised AS done FROM mcp.raise_allocations($1, $2)';
    const [row] = await this.query<SweptBatch>(sql, [most, JSON.stringify(tiers)]);
    return row!;
  }

  /** Refills the account if it is due, without a lock if it is not. Returns undefined when there is no such account. */
  async balance(accountId: number, tiers: Tiers): Promise<BalanceRow | undefined> {
    await this.query(`SELECT mcp.refill_credits(ARRAY(SELECT id FROM mcp.user_accounts WHERE ${IS_DUE} AND id = $2), $1)`, [
      JSON.stringify(tiers),
      accountId,
    ]);
    const [row] = await this.query<
      Record<'balance' | 'allocation' | 'purchased' | 'held' | 'monthlyAllocation', string> & BalanceRow
    >(
      `SELECT balance, allocation, purchased, held, tier, monthly_allocation AS "monthlyAllocation", is_active AS "isActive",
              mcp.ledger_time() AS now
       FROM mcp.accounts WHERE id = $1`,
      [accountId],
    );
    return row && { ...row, ...numbers(row, 'balance', 'allocation', 'purchased', 'held', 'monthlyAllocation') };
  }

  /** Runs in the caller's transaction, if there is one. Returns undefined when there is no such account. */
  async grant(
    { accountId, amount, reason, by, reference }: Grant,
    tiers: Tiers,
    tx?: Transaction,
  ): Promise<GrantRow | undefined> {
    const [row] = await this.query<Record<'balance' | 'available', string> & Pick<GrantRow, 'outcome'>>(
      'SELECT * FROM mcp.grant_credits($1, $2, $3, $4, $5, $6, $7)',
      [accountId, amount, reason, by, reference?.type ?? null, reference?.id ?? null, JSON.stringify(tiers)],
      tx,
    );
    return row && { ...row, ...numbers(row, 'balance', 'available') };
  }

  /** Runs in the caller's transaction. Returns undefined when there is no such account. */
  async take(
    { accountId, amount, reason, by, reference }: Taking,
    tiers: Tiers,
    tx: Transaction,
  ): Promise<TakingResult | undefined> {
    const [row] = await tx.query<Record<keyof TakingResult, string>>(
      'SELECT * FROM mcp.take_credits($1, $2, $3, $4, $5, $6, $7)',
      [accountId, amount, reason, by, reference.type, reference.id, JSON.stringify(tiers)],
    );
    return row && numbers(row, 'taken', 'owed');
  }

  /** Takes what at most `most` accounts owe from credits that calls hold no longer. */
  async collectDebts(most: number): Promise<SweptBatch> {
    const [row] = await this.query<SweptBatch>('SELECT owing AS found, collected AS done FROM mcp.collect_debts($1)', [most]);
    return row!;
  }

  /**
   * The tier must be configured. Runs in the caller's transaction, if there is one. Returns undefined when there is
   * no such account.
   */
  async changeTier(
    { accountId, tier, by }: TierChange,
    tiers: Tiers,
    tx?: Transaction,
  ): Promise<Record<'added' | 'balance' | 'available', number> | undefined> {
    const [row] = await this.query<Record<'added' | 'balance' | 'available', string>>(
      'SELECT * FROM mcp.change_tier($1, $2, $3, $4, $5)',
      [accountId, tier, tiers[tier], by, JSON.stringify(tiers)],
      tx,
    );
    return row && numbers(row, 'added', 'balance', 'available');
  }

  /**
   * Runs in the caller's transaction. Returns undefined when the user has an account; of two at once, the second
   * waits for the first.
   */
  async open(tx: Transaction, account: NewAccount & { tier: string }, allocation: number): Promise<number | undefined> {
    const [row] = await tx.query<{ id: string }>(
      `INSERT INTO mcp.user_accounts
         (user_id, user_email, display_name, mcp_key_id, mcp_key_prefix, credits_tier, credits_monthly_allocation, credits_last_refill)
       VALUES ($1, $2, $3, $4, $5, $6, $7, mcp.ledger_time()) ON CONFLICT (user_id) DO NOTHING RETURNING id`,
      [account.userId, account.email, account.displayName, account.keyId, account.keyPrefix, account.tier, allocation],
    );
    if (!row) return undefined;
    await this.openMonth(tx, row.id, account.tier, allocation);
    return Number(row.id);
  }

  private async openMonth(tx: Transaction, accountId: string, tier: string, allocation: number): Promise<void> {
    await tx.query(
      `WITH month AS (
         INSERT INTO mcp.credit_periods (account_id, period, allocated, created_at)
         SELECT id, date_trunc('month', credits_last_refill, 'UTC') AT TIME ZONE 'UTC', $2, credits_last_refill
         FROM mcp.user_accounts WHERE id = $1 RETURNING account_id, period, allocated
       )
       SELECT mcp.post_credits(account_id, 'monthly_refill', allocated, 0, 'system', account_id || to_char(period, '/YYYY-MM'), $3, 'system')
       FROM month`,
      [accountId, allocation, `Initial ${tier} tier allocation`],
    );
  }

  private query<Row extends object>(sql: string, values: unknown[], tx?: Transaction): Promise<Row[]> {
    return tx ? tx.query<Row>(sql, values) : this.postgres.query<Row>(sql, values, BOUNDED);
  }
}

/** Served by the index on `credits_last_refill`; time is read once. */
const IS_DUE = `is_active AND credits_last_refill < (SELECT date_trunc('month', mcp.ledger_time(), 'UTC'))`;

/** PostgreSQL's bigint comes as text; the amounts here are far below what a number can hold exactly. */
function numbers<Name extends string>(row: Record<Name, string | number>, ...names: Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, Number(row[name])])) as Record<Name, number>;
}
