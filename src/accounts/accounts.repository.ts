import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

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
  tier: string;
  monthlyAllocation: number;
  isActive: boolean;
  /** Last use of an account key, or last charged call with any key, whichever is later. */
  lastConnectedAt: Date | null;
  totalToolCalls: number;
  totalCreditsUsed: number;
  subscriptionStatus: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A change of an account that moves no credits. */
export interface AccountChange {
  kind: 'active' | 'tier' | 'key';
  before: string;
  after: string;
  /** Who made it. */
  changedBy: string;
  createdAt: Date;
}

/** Most changes shown per account, newest first. */
const CHANGES_MAX = 100;

/**
 * Accounts apart from their credits: only `CreditLedger` changes those columns of `mcp.user_accounts`. All SQL of
 * `mcp.account_changes`.
 */
@Injectable()
export class AccountsRepository {
  constructor(private readonly dataSource: DataSource) {}

  findByUser(userId: string): Promise<Account | undefined> {
    return this.find('a.user_id = $1', userId);
  }

  findById(id: number): Promise<Account | undefined> {
    return this.find('a.id = $1', id);
  }

  /** Runs inside the transaction that makes the key. Returns undefined when the user has no account. */
  async setKey(
    manager: EntityManager,
    userId: string,
    key: { id: string; prefix: string },
  ): Promise<{ id: number; before: string } | undefined> {
    const [rows] = await manager.query<[{ id: string; before: string }[], number]>(
      `UPDATE mcp.user_accounts a SET mcp_key_id = $2, mcp_key_prefix = $3, updated_at = now()
       FROM (SELECT id, mcp_key_prefix AS before FROM mcp.user_accounts WHERE user_id = $1 FOR UPDATE) AS old
       WHERE a.id = old.id RETURNING a.id, before`,
      [userId, key.id, key.prefix],
    );
    return rows[0] && { id: Number(rows[0].id), before: rows[0].before };
  }

  /** Switches the account on or off and records who did. Returns false when there is no such account. */
  async setActive(id: number, isActive: boolean, by: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `WITH old AS (SELECT id, is_active FROM mcp.user_accounts WHERE id = $1 FOR UPDATE),
            changed AS (UPDATE mcp.user_accounts a SET is_active = $2, updated_at = now() FROM old WHERE a.id = old.id)
       INSERT INTO mcp.account_changes (account_id, kind, before, after, changed_by)
       SELECT id, 'active', is_active::text, $2::boolean::text, $3 FROM old RETURNING id`,
      [id, isActive, by],
    );
    return rows.length > 0;
  }

  /** Records a change made elsewhere. */
  async noteChange(
    id: number,
    change: Omit<AccountChange, 'createdAt'>,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<void> {
    await manager.query(
      'INSERT INTO mcp.account_changes (account_id, kind, before, after, changed_by) VALUES ($1, $2, $3, $4, $5)',
      [id, change.kind, change.before, change.after, change.changedBy],
    );
  }

  /** Newest first, at most 100. */
  findChanges(id: number): Promise<AccountChange[]> {
    return this.dataSource.query(
      `SELECT kind, before, after, changed_by AS "changedBy", created_at AS "createdAt"
       FROM mcp.account_changes WHERE account_id = $1 ORDER BY id DESC LIMIT $2`,
      [id, CHANGES_MAX],
    );
  }

  private async find(condition: string, value: string | number): Promise<Account | undefined> {
    const [row] = await this.dataSource.query<AccountRow[]>(`SELECT ${ACCOUNT_COLUMNS} ${FROM_ACCOUNTS} WHERE ${condition}`, [
      value,
    ]);
    return row && accountOf(row);
  }
}

const NUMBERS = [
  'id',
  'balance',
  'allocation',
  'purchased',
  'held',
  'monthlyAllocation',
  'totalToolCalls',
  'totalCreditsUsed',
] as const;

/** PostgreSQL's bigint comes as text. */
export type AccountRow = Omit<Account, (typeof NUMBERS)[number]> & Record<(typeof NUMBERS)[number], string>;

/** The amounts here are far below what a number can hold exactly. */
export const accountOf = (row: AccountRow): Account =>
  ({ ...row, ...Object.fromEntries(NUMBERS.map((name) => [name, Number(row[name])])) }) as unknown as Account;

export const ACCOUNT_COLUMNS = `a.id, a.user_id AS "userId", a.user_email AS email, a.display_name AS "displayName",
  coalesce(k.prefix, a.mcp_key_prefix) AS "keyPrefix", a.credits_balance AS balance, a.credits_allocation AS allocation,
  a.credits_purchased AS purchased, a.credits_held AS held, a.credits_tier AS tier,
  a.credits_monthly_allocation AS "monthlyAllocation", a.is_active AS "isActive",
  greatest(a.last_connected_at, k.last_used_at) AS "lastConnectedAt", a.total_tool_calls AS "totalToolCalls",
  a.total_credits_used AS "totalCreditsUsed", a.stripe_subscription_status AS "subscriptionStatus",
  a.created_at AS "createdAt", a.updated_at AS "updatedAt"`;

/** Joins the account's keys, since a rotation makes a new key that the account's own row does not name. */
export const FROM_ACCOUNTS = `FROM mcp.user_accounts a LEFT JOIN LATERAL (
    SELECT (array_agg(prefix ORDER BY is_active DESC, created_at DESC))[1] AS prefix, max(last_used_at) AS last_used_at
    FROM mcp.api_keys WHERE user_id = a.user_id AND starts_with(prefix, 'mcp_')
  ) AS k ON true`;
