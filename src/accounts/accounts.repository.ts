import { Injectable } from '@nestjs/common';
import { AccountRecords, type Flags } from '../credits/account-records.service.js';
import { Postgres } from '../database/postgres.js';
import type { Sql, Transaction } from '../database/sql.js';

/** An account as shown to people. Credits are whole numbers. */
export interface Account {
  id: number;
  userId: string;
  email: string;
  displayName: string | null;
  /** First 12 characters of the account's active key, or else of its last one. */
  keyPrefix: string;
  /** All credits: what is left of the month's allocation, plus purchased ones. */
  balance: number;
  allocation: number;
  purchased: number;
  /** Reserved by running calls. */
  held: number;
  /** Credits the account owes, since their money went back after they were spent. Later purchases pay it first. */
  debt: number;
  tier: string;
  monthlyAllocation: number;
  isActive: boolean;
  /** Last use of an account key, or last charged call with any key, whichever is later. */
  lastConnectedAt: Date | null;
  totalToolCalls: number;
  totalCreditsUsed: number;
  subscriptionStatus: string | null;
  /** Why an operator should look at it; null for no reason. */
  flags: Flags | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A change of an account that moves no credits. */
export interface AccountChange {
  kind: 'active' | 'tier' | 'key' | 'flag';
  before: string;
  after: string;
  /** Who made it. */
  changedBy: string;
  createdAt: Date;
}

/** Most changes shown per account, newest first. */
const CHANGES_MAX = 100;

/** Accounts as people see them, and all SQL of `mcp.account_changes`. What changes an account is in `credits/`. */
@Injectable()
export class AccountsRepository {
  constructor(
    private readonly postgres: Postgres,
    private readonly records: AccountRecords,
  ) {}

  findByUser(userId: string, sql?: Sql): Promise<Account | undefined> {
    return this.find('user_id = $1', userId, sql);
  }

  findById(id: number, sql?: Sql): Promise<Account | undefined> {
    return this.find('id = $1', id, sql);
  }

  /** Switches the account on or off and notes who did. @returns Whether it was otherwise. */
  async setActive(tx: Transaction, id: number, isActive: boolean, changedBy: string): Promise<boolean> {
    const before = (await this.records.setActive(tx, id, isActive))?.before;
    if (before === undefined || before === isActive) return false;
    await this.noteChange(tx, id, { kind: 'active', before: String(before), after: String(isActive), changedBy });
    return true;
  }

  /** Takes the account's flags off and notes who did. @returns Whether there were any. */
  async clearFlags(tx: Transaction, id: number, changedBy: string): Promise<boolean> {
    const before = (await this.records.clearFlags(tx, id))?.before;
    if (!before) return false;
    await this.noteChange(tx, id, { kind: 'flag', before: Object.values(before).join('; '), after: '', changedBy });
    return true;
  }

  /** Names somebody who is deleted as they are called from now on, wherever they made a change. */
  async renameActor(tx: Transaction, before: string, after: string): Promise<void> {
    await tx.query('UPDATE mcp.account_changes SET changed_by = $2 WHERE changed_by = $1', [before, after]);
  }

  /** Notes a change made elsewhere, in its transaction. */
  async noteChange(tx: Transaction, id: number, change: Omit<AccountChange, 'createdAt'>): Promise<void> {
    await tx.query('INSERT INTO mcp.account_changes (account_id, kind, before, after, changed_by) VALUES ($1, $2, $3, $4, $5)', [
      id,
      change.kind,
      change.before,
      change.after,
      change.changedBy,
    ]);
  }

  /** Newest first, at most 100. */
  findChanges(id: number): Promise<AccountChange[]> {
    return this.postgres.query(
      `SELECT kind, before, after, changed_by AS "changedBy", created_at AS "createdAt"
       FROM mcp.account_changes WHERE account_id = $1 ORDER BY id DESC LIMIT $2`,
      [id, CHANGES_MAX],
    );
  }

  private async find(condition: string, value: string | number, sql: Sql = this.postgres): Promise<Account | undefined> {
    const [row] = await sql.query<AccountRow>(`SELECT ${ACCOUNT_COLUMNS} FROM mcp.accounts WHERE ${condition}`, [value]);
    return row && accountOf(row);
  }
}

const NUMBERS = [
  'id',
  'balance',
  'allocation',
  'purchased',
  'held',
  'debt',
  'monthlyAllocation',
  'totalToolCalls',
  'totalCreditsUsed',
] as const;

/** PostgreSQL's bigint comes as text. */
export type AccountRow = Omit<Account, (typeof NUMBERS)[number]> & Record<(typeof NUMBERS)[number], string>;

/** The amounts here are far below what a number can hold exactly. */
export const accountOf = (row: AccountRow): Account =>
  ({ ...row, ...Object.fromEntries(NUMBERS.map((name) => [name, Number(row[name])])) }) as unknown as Account;

/** Of the view `mcp.accounts`. */
export const ACCOUNT_COLUMNS = `id, user_id AS "userId", email, display_name AS "displayName", key_prefix AS "keyPrefix",
  balance, allocation, purchased, held, debt, flags, tier, monthly_allocation AS "monthlyAllocation", is_active AS "isActive",
  last_connected_at AS "lastConnectedAt", total_tool_calls AS "totalToolCalls", total_credits_used AS "totalCreditsUsed",
  subscription_status AS "subscriptionStatus", created_at AS "createdAt", updated_at AS "updatedAt"`;
