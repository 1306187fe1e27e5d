import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import { ACCOUNT_COLUMNS, accountOf, type Account, type AccountRow } from '../accounts.repository.js';

/** Sortable columns. Callers name one of these keys, so no text of a caller gets into SQL. */
export const SORT_COLUMNS = {
  created_at: 'created_at',
  user_email: 'email',
  display_name: 'lower(display_name)',
  credits_balance: 'balance',
  credits_debt: 'debt',
  credits_tier: 'tier',
  is_active: 'is_active',
  last_connected_at: 'last_connected_at',
  total_tool_calls: 'total_tool_calls',
  total_credits_used: 'total_credits_used',
} as const;

export type SortColumn = keyof typeof SORT_COLUMNS;

export interface AccountSearch {
  /** Part of the e-mail or the display name, case-insensitive, without wildcards. */
  search?: string | undefined;
  tier?: string | undefined;
  isActive?: boolean | undefined;
  isFlagged?: boolean | undefined;
  sortBy: SortColumn;
  sortOrder: 'asc' | 'desc';
  limit: number;
  offset: number;
}

export interface TierTotals {
  tier: string;
  accounts: number;
  active: number;
  balance: number;
  held: number;
}

/** Read-only views over all accounts, for operators. */
@Injectable()
export class AccountReportsRepository {
  constructor(private readonly postgres: Postgres) {}

  async list({ sortBy, sortOrder, limit, offset, ...found }: AccountSearch): Promise<{ accounts: Account[]; total: number }> {
    const values = [found.search ?? null, found.tier ?? null, found.isActive ?? null, found.isFlagged ?? null];
    const [count] = await this.postgres.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM mcp.accounts WHERE ${IS_FOUND}`,
      values,
    );
    const direction = sortOrder === 'desc' ? 'DESC' : 'ASC';
    const rows = await this.postgres.query<AccountRow>(
      `SELECT ${ACCOUNT_COLUMNS} FROM mcp.accounts WHERE ${IS_FOUND}
       ORDER BY ${SORT_COLUMNS[sortBy]} ${direction} NULLS LAST, id ${direction} LIMIT $5 OFFSET $6`,
      [...values, limit, offset],
    );
    return { accounts: rows.map(accountOf), total: count!.total };
  }

  /** Totals by tier, in order of the tier's name. */
  async tiers(): Promise<TierTotals[]> {
    const rows = await this.postgres.query<Record<keyof TierTotals, string>>(
      `SELECT tier, count(*) AS accounts, count(*) FILTER (WHERE is_active) AS active, sum(balance) AS balance, sum(held) AS held
       FROM mcp.accounts GROUP BY tier ORDER BY tier`,
    );
    return rows.map((row) => ({
      tier: row.tier,
      accounts: Number(row.accounts),
      active: Number(row.active),
      balance: Number(row.balance),
      held: Number(row.held),
    }));
  }

  /** How many accounts each tier has. */
  async accountsByTier(): Promise<Map<string, number>> {
    const rows = await this.postgres.query<{ tier: string; accounts: number }>(
      'SELECT tier, count(*)::int AS accounts FROM mcp.accounts GROUP BY tier',
    );
    return new Map(rows.map(({ tier, accounts }) => [tier, accounts]));
  }

  /** The accounts of those of the users who have one, by user id. */
  async accountsOf(userIds: string[]): Promise<Map<string, { id: number; email: string }>> {
    const rows = await this.postgres.query<{ userId: string; id: string; email: string }>(
      'SELECT user_id AS "userId", id, email FROM mcp.accounts WHERE user_id::text = ANY ($1)',
      [userIds],
    );
    return new Map(rows.map(({ userId, id, email }) => [userId, { id: Number(id), email }]));
  }
}

/** A plain substring search, so there is nothing to escape. */
const IS_FOUND = `($1::text IS NULL OR strpos(lower(email), lower($1)) > 0 OR strpos(lower(display_name), lower($1)) > 0)
  AND ($2::text IS NULL OR tier = $2) AND ($3::boolean IS NULL OR is_active = $3)
  AND ($4::boolean IS NULL OR (flags IS NOT NULL) = $4)`;
