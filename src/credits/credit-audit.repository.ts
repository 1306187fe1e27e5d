import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Differences that are listed; all are counted. */
const LISTED_MAX = 1_000;

/** Two numbers that should be one. */
export interface CreditDifference {
  accountId: number;
  check: string;
  expected: number;
  actual: number;
}

export interface AuditRow {
  accounts: number;
  balance: number;
  ledger: number;
  held: number;
  openHolds: number;
  captured: number;
  usage: number;
  differenceCount: number;
  differences: CreditDifference[];
}

export interface ChargedDay {
  /** UTC, `YYYY-MM-DD`, of the moment the calls were admitted: as `created_at` of their usage events. */
  day: string;
  calls: number;
  credits: number;
}

/** Reads all books at one moment. Every statement reads whole tables: for an operator, not for a dashboard. */
@Injectable()
export class CreditAuditRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** One statement, so that the numbers agree with each other while calls go on. */
  async audit(): Promise<AuditRow> {
    const [row] = await this.dataSource.query<Record<keyof AuditRow, never>[]>(AUDIT, [LISTED_MAX]);
    const { differences, ...numbers } = row!;
    const totals = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)]));
    return { ...(totals as unknown as Omit<AuditRow, 'differences'>), differences };
  }

  /** What calls were charged, by day, from the day of `from` to the day before `to`. */
  async chargedByDay(from: Date, to: Date): Promise<ChargedDay[]> {
    const rows = await this.dataSource.query<Record<keyof ChargedDay, string>[]>(
      `SELECT to_char(called_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*) AS calls, sum(charged) AS credits
       FROM mcp.credit_holds WHERE state = 'captured' AND called_at >= $1 AND called_at < $2 GROUP BY 1 ORDER BY 1`,
      [from, to],
    );
    return rows.map(({ day, calls, credits }) => ({ day, calls: Number(calls), credits: Number(credits) }));
  }
}

// What an account's row says against what its ledger and holds come to; "unmatched" counts captured holds without their
// ledger row and the reverse, "chain" ledger rows that do not begin where the one before ended.
const AUDIT = `
  WITH ledger AS (
    SELECT user_account_id AS id, sum(amount) AS balance, sum(allocation_amount) AS allocation, sum(purchased_amount) AS purchased,
      coalesce(-sum(amount) FILTER (WHERE transaction_type = 'usage'), 0) AS usage, count(*) FILTER (WHERE breaks) AS breaks
    FROM (
      SELECT *, balance_before <> coalesce(lag(balance_after) OVER (PARTITION BY user_account_id ORDER BY id), 0) AS breaks
      FROM mcp.user_credit_transactions
    ) t GROUP BY 1
  ), holds AS (
    SELECT account_id AS id, sum(amount) FILTER (WHERE state = 'open') AS held, sum(charged) FILTER (WHERE state = 'captured') AS captured
    FROM mcp.credit_holds GROUP BY 1
  ), unmatched AS (
    SELECT coalesce(h.account_id, t.user_account_id) AS id, count(*) AS rows
    FROM (SELECT * FROM mcp.credit_holds WHERE state = 'captured') h
    FULL JOIN (SELECT * FROM mcp.user_credit_transactions WHERE transaction_type = 'usage') t
      ON t.reference_id = h.id::text AND t.user_account_id = h.account_id AND t.amount = -h.charged
    WHERE h.id IS NULL OR t.id IS NULL GROUP BY 1
  ), checks AS (
    SELECT a.id, c.*
    FROM mcp.user_accounts a LEFT JOIN ledger l USING (id) LEFT JOIN holds h USING (id) LEFT JOIN unmatched u USING (id)
    CROSS JOIN LATERAL (VALUES
      ('balance', coalesce(l.balance, 0), a.credits_balance),
      ('allocation', coalesce(l.allocation, 0), a.credits_allocation),
      ('purchased', coalesce(l.purchased, 0), a.credits_purchased),
      ('held', coalesce(h.held, 0), a.credits_held),
      ('captured', coalesce(l.usage, 0), coalesce(h.captured, 0)),
      ('total_credits_used', coalesce(l.usage, 0), a.total_credits_used),
      ('unmatched', 0, coalesce(u.rows, 0)),
      ('chain', 0, coalesce(l.breaks, 0))
    ) AS c (name, expected, actual)
  ), differences AS (
    SELECT * FROM checks WHERE expected <> actual
  ), listed AS (
    SELECT * FROM differences ORDER BY id, name LIMIT $1
  )
  SELECT (SELECT count(*) FROM mcp.user_accounts) AS accounts,
    (SELECT coalesce(sum(credits_balance), 0) FROM mcp.user_accounts) AS balance,
    (SELECT coalesce(sum(balance), 0) FROM ledger) AS ledger,
    (SELECT coalesce(sum(credits_held), 0) FROM mcp.user_accounts) AS held,
    (SELECT coalesce(sum(held), 0) FROM holds) AS "openHolds",
    (SELECT coalesce(sum(captured), 0) FROM holds) AS captured,
    (SELECT coalesce(sum(usage), 0) FROM ledger) AS usage,
    (SELECT count(*) FROM differences) AS "differenceCount",
    (SELECT coalesce(json_agg(json_build_object('accountId', id, 'check', name, 'expected', expected, 'actual', actual)), '[]') FROM listed)
      AS differences`;
