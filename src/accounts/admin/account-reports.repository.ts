import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ACCOUNT_COLUMNS, accountOf, FROM_ACCOUNTS, type Account, type AccountRow } from '../accounts.repository.js';

/** Sortable columns. Callers name one of these keys, so no text of a caller gets into SQL. */
export const SORT_COLUMNS = {
  created_at: 'a.created_at',
  user_email: 'a.user_email',
  display_name: 'lower(a.display_name)',
  credits_balance: 'a.credits_balance',
  credits_tier: 'a.credits_tier',
  is_active: 'a.is_active',
  last_connected_at: 'greatest(a.last_connected_at, k.last_used_at)',
  total_tool_calls: 'a.total_tool_calls',
  total_credits_used: 'a.total_credits_used',
} as const;

export type SortColumn = keyof typeof SORT_COLUMNS;

export interface AccountSearch {
  /** Part of the e-mail or the display name, case-insensitive, without wildcards. */
  search?: string | undefined;
  tier?: string | undefined;
  isActive?: boolean | undefined;
  sortBy: SortColumn;
  sortOrder: 'asc' | 'desc';
  limit: number;
  offset: number;
}

/** A ledger entry. */
export interface LedgerEntry {
  id: number;
  type: string;
  /** Signed. */
  amount: number;
  before: number;
  after: number;
  referenceType: string | null;
  referenceId: string | null;
  description: string | null;
  createdBy: string;
  createdAt: Date;
}

export interface TierTotals {
  tier: string;
  accounts: number;
  active: number;
  balance: number;
  held: number;
}

/** Read-only views of accounts and their ledger, for operators. */
@Injectable()
export class AccountReportsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async list({ sortBy, sortOrder, limit, offset, ...found }: AccountSearch): Promise<{ accounts: Account[]; total: number }> {
    const values = [found.search ?? null, found.tier ?? null, found.isActive ?? null];
    const [{ total }] = await this.dataSource.query<[{ total: number }]>(
      `SELECT count(*)::int AS total FROM mcp.user_accounts a WHERE ${IS_FOUND}`,
      values,
    );
    const direction = sortOrder === 'desc' ? 'DESC' : 'ASC';
    const rows = await this.dataSource.query<AccountRow[]>(
      `SELECT ${ACCOUNT_COLUMNS} ${FROM_ACCOUNTS} WHERE ${IS_FOUND}
       ORDER BY ${SORT_COLUMNS[sortBy]} ${direction} NULLS LAST, a.id ${direction} LIMIT $4 OFFSET $5`,
      [...values, limit, offset],
    );
    return { accounts: rows.map(accountOf), total };
  }

  /** Newest first. */
  async ledger(accountId: number, limit: number, offset: number): Promise<{ entries: LedgerEntry[]; total: number }> {
    const [{ total }] = await this.dataSource.query<[{ total: number }]>(
      'SELECT count(*)::int AS total FROM mcp.user_credit_transactions WHERE user_account_id = $1',
      [accountId],
    );
    const rows = await this.dataSource.query<(Omit<LedgerEntry, Amounts> & Record<Amounts, string>)[]>(
      `SELECT id, transaction_type AS type, amount, balance_before AS before, balance_after AS after,
              reference_type AS "referenceType", reference_id AS "referenceId", description,
              created_by AS "createdBy", created_at AS "createdAt"
       FROM mcp.user_credit_transactions WHERE user_account_id = $1 ORDER BY id DESC LIMIT $2 OFFSET $3`,
      [accountId, limit, offset],
    );
    const entries = rows.map((row) => ({
      ...row,
      id: Number(row.id),
      amount: Number(row.amount),
      before: Number(row.before),
      after: Number(row.after),
    }));
    return { entries, total };
  }

  /** Totals by tier, in order of the tier's name. */
  async tiers(): Promise<TierTotals[]> {
    const rows = await this.dataSource.query<Record<keyof TierTotals, string>[]>(
      `SELECT credits_tier AS tier, count(*) AS accounts, count(*) FILTER (WHERE is_active) AS active,
              sum(credits_balance) AS balance, sum(credits_held) AS held
       FROM mcp.user_accounts GROUP BY credits_tier ORDER BY credits_tier`,
    );
    return rows.map((row) => ({
      tier: row.tier,
      accounts: Number(row.accounts),
      active: Number(row.active),
      balance: Number(row.balance),
      held: Number(row.held),
    }));
  }

  /** Sums of all ledger entries by type, signed. Reads the whole ledger. */
  async moved(): Promise<Map<string, number>> {
    const rows = await this.dataSource.query<{ type: string; amount: string }[]>(
      'SELECT transaction_type AS type, sum(amount) AS amount FROM mcp.user_credit_transactions GROUP BY 1 ORDER BY 1',
    );
    return new Map(rows.map(({ type, amount }) => [type, Number(amount)]));
  }

  /** The accounts of those of the users who have one, by user id. */
  async accountsOf(userIds: string[]): Promise<Map<string, { id: number; email: string }>> {
    const rows = await this.dataSource.query<{ userId: string; id: string; email: string }[]>(
      'SELECT user_id AS "userId", id, user_email AS email FROM mcp.user_accounts WHERE user_id::text = ANY ($1)',
      [userIds],
    );
    return new Map(rows.map(({ userId, id, email }) => [userId, { id: Number(id), email }]));
  }
}

type Amounts = 'id' | 'amount' | 'before' | 'after';

/** A plain substring search, so there is nothing to escape. */
const IS_FOUND = `($1::text IS NULL OR strpos(lower(a.user_email), lower($1)) > 0 OR strpos(lower(a.display_name), lower($1)) > 0)
  AND ($2::text IS NULL OR a.credits_tier = $2) AND ($3::boolean IS NULL OR a.is_active = $3)`;
