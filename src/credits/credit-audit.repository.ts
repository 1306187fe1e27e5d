import { Injectable } from '@nestjs/common';
import { Postgres } from '../database/postgres.js';

/** Differences that are listed; all are counted. */
const LISTED_MAX = 1_000;
/** Calls per slice of accounts, unless one account has more: a slice takes seconds, far below the statement timeout. */
const SLICE_CALLS = 1_000_000;
/** Before the first account id and after the last, as text: a JavaScript number cannot hold a `bigint`. */
const FIRST = '0';
const LAST = '9223372036854775807';

/** Two figures that should be equal. */
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
  /** Charged, and not in the ledger yet. */
  unposted: number;
  /** Served, and not charged: its lease was lost. */
  uncharged: number;
  differenceCount: number;
  differences: CreditDifference[];
}

export interface ChargedDay {
  /** UTC day (`YYYY-MM-DD`) on which the calls were admitted, as `created_at` of their usage events. */
  day: string;
  calls: number;
  credits: number;
}

/** A movement of credits. */
export interface LedgerEntry {
  id: number;
  type: string;
  /** Signed. */
  amount: number;
  before: number;
  after: number;
  /** Added to what the account owes; negative: paid of it. */
  debt: number;
  referenceType: string | null;
  referenceId: string | null;
  description: string | null;
  createdBy: string;
  createdAt: Date;
}

/** Reads all books. Every statement reads whole tables: for an operator, not for a dashboard. */
@Injectable()
export class CreditAuditRepository {
  constructor(private readonly postgres: Postgres) {}

  /**
   * Reads accounts slice by slice, so that no statement grows with the number of calls. An account's books change in
   * one transaction, so within one statement its figures, and their sums, agree while calls go on.
   */
  async audit(sliceCalls = SLICE_CALLS): Promise<AuditRow> {
    const slices: AuditRow[] = [];
    let from = FIRST;
    for (const to of await this.sliceEnds(sliceCalls)) {
      slices.push(await this.auditSlice(from, to));
      from = to;
    }
    return sumOf(slices);
  }

  /** Credits charged for calls by day, from the day of `from` to the day before `to`. */
  async chargedByDay(from: Date, to: Date): Promise<ChargedDay[]> {
    const rows = await this.postgres.query<Record<keyof ChargedDay, string>>(
      `SELECT to_char(called_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, sum(calls) AS calls, sum(amount) AS credits
       FROM (
         SELECT called_at, 1 AS calls, amount FROM mcp.credit_charges
         UNION ALL SELECT called_at, 1, charge FROM mcp.unposted_charges WHERE charge > 0
         UNION ALL SELECT called_at, 1, charged FROM mcp.credit_holds WHERE state = 'captured'
         UNION ALL SELECT day::timestamp AT TIME ZONE 'UTC', charges, amount FROM mcp.archived_days
       ) AS charges
       WHERE called_at >= $1 AND called_at < $2 GROUP BY 1 ORDER BY 1`,
      [from, to],
    );
    return rows.map(({ day, calls, credits }) => ({ day, calls: Number(calls), credits: Number(credits) }));
  }

  /** What is not archived of an account's ledger, newest first, and how long it is. */
  async entries(accountId: number, limit: number, offset: number): Promise<{ entries: LedgerEntry[]; total: number }> {
    const [count] = await this.postgres.query<{ total: number }>(
      'SELECT count(*)::int AS total FROM mcp.credit_ledger WHERE user_account_id = $1',
      [accountId],
    );
    const rows = await this.postgres.query<EntryRow>(
      `${ENTRIES} WHERE user_account_id = $1 ORDER BY id DESC LIMIT $2 OFFSET $3`,
      [accountId, limit, offset],
    );
    return { entries: rows.map(entryOf), total: count!.total };
  }

  /** At most `limit` entries before one, newest first; undefined: the last ones. */
  async entriesBefore(accountId: number, id: number | undefined, limit: number): Promise<LedgerEntry[]> {
    const rows = await this.postgres.query<EntryRow>(
      `${ENTRIES} WHERE user_account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
      [accountId, id ?? LAST, limit],
    );
    return rows.map(entryOf);
  }

  /** From when on an account's entries are all there: charges before are archived. Null: all are there. */
  async archivedBefore(accountId: number): Promise<Date | null> {
    const [row] = await this.postgres.query<{ before: Date | null }>(
      `SELECT (max(month) + interval '1 month') AT TIME ZONE 'UTC' AS before FROM mcp.archived_charges WHERE account_id = $1`,
      [accountId],
    );
    return row!.before;
  }

  /** What the ledger has moved for all time, by type; signed. Reads the whole ledger. */
  async moved(): Promise<Map<string, number>> {
    const rows = await this.postgres.query<{ type: string; amount: string }>(
      'SELECT transaction_type AS type, sum(amount) AS amount FROM mcp.whole_ledger GROUP BY 1 ORDER BY 1',
    );
    return new Map(rows.map(({ type, amount }) => [type, Number(amount)]));
  }

  /** The last account of each slice; the last slice has no end, for the accounts that are opened meanwhile. */
  private async sliceEnds(sliceCalls: number): Promise<string[]> {
    const rows = await this.postgres.query<{ last: string }>(SLICE_ENDS, [sliceCalls]);
    return [...rows.slice(0, -1).map(({ last }) => last), LAST];
  }

  private async auditSlice(from: string, to: string): Promise<AuditRow> {
    const [row] = await this.postgres.query<Record<keyof AuditRow, never>>(AUDIT_SLICE, [LISTED_MAX, from, to]);
    const { differences, ...numbers } = row!;
    const totals = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)]));
    return { ...(totals as unknown as Omit<AuditRow, 'differences'>), differences };
  }
}

type Amounts = 'id' | 'amount' | 'before' | 'after' | 'debt';
type EntryRow = Omit<LedgerEntry, Amounts> & Record<Amounts, string>;

const entryOf = (row: EntryRow): LedgerEntry => ({
  ...row,
  id: Number(row.id),
  amount: Number(row.amount),
  before: Number(row.before),
  after: Number(row.after),
  debt: Number(row.debt),
});

/** As the operator gave it: in the table the account's id stands before it. */
const REFERENCE_ID = `CASE WHEN reference_type = 'admin' AND starts_with(reference_id, user_account_id || '/')
  THEN substr(reference_id, length(user_account_id || '/') + 1) ELSE reference_id END`;

const ENTRIES = `
  SELECT id, transaction_type AS type, amount, balance_before AS before, balance_after AS after, debt_amount AS debt,
    reference_type AS "referenceType", ${REFERENCE_ID} AS "referenceId", description, created_by AS "createdBy",
    created_at AS "createdAt"
  FROM mcp.credit_ledger`;

function sumOf(slices: AuditRow[]): AuditRow {
  const sum = (of: (slice: AuditRow) => number) => slices.reduce((total, slice) => total + of(slice), 0);
  return {
    accounts: sum(({ accounts }) => accounts),
    balance: sum(({ balance }) => balance),
    ledger: sum(({ ledger }) => ledger),
    held: sum(({ held }) => held),
    openHolds: sum(({ openHolds }) => openHolds),
    captured: sum(({ captured }) => captured),
    usage: sum(({ usage }) => usage),
    unposted: sum(({ unposted }) => unposted),
    uncharged: sum(({ uncharged }) => uncharged),
    differenceCount: sum(({ differenceCount }) => differenceCount),
    differences: slices.flatMap(({ differences }) => differences).slice(0, LISTED_MAX),
  };
}

const SLICE_ENDS = `
  SELECT max(id) AS last
  FROM (SELECT id, div(sum(total_tool_calls + 1) OVER (ORDER BY id), $1) AS slice FROM mcp.user_accounts) a GROUP BY slice ORDER BY 1`;

// What an account's row says against what its ledger, leases and holds come to. "leases" counts those of which more is charged than
// they hold, "chain" ledger rows that do not begin where the one before ended. The slice's ledger is not put aside: reading it twice,
// with several workers, is faster. "captured" is what calls have charged by their own rows.
const AUDIT_SLICE = `
  WITH accounts AS (
    SELECT * FROM mcp.user_accounts WHERE id > $2 AND id <= $3
  ), ledger AS (
    SELECT user_account_id AS id, sum(amount) AS balance, sum(allocation_amount) AS allocation, sum(purchased_amount) AS purchased,
      sum(debt_amount) AS debt,
      coalesce(-sum(amount) FILTER (WHERE transaction_type = 'usage'), 0) AS usage, count(*) FILTER (WHERE breaks) AS breaks
    FROM (
      SELECT *, balance_before <> coalesce(lag(balance_after) OVER (PARTITION BY user_account_id ORDER BY id), 0) AS breaks
      FROM mcp.whole_ledger WHERE user_account_id > $2 AND user_account_id <= $3
    ) t GROUP BY 1
  ), unposted AS (
    SELECT account_id, replica_id, sum(charge) AS charge FROM mcp.unposted_charges
    WHERE account_id > $2 AND account_id <= $3 GROUP BY 1, 2
  ), held AS (
    SELECT id, sum(amount) AS held, count(*) FILTER (WHERE is_short) AS short FROM (
      SELECT account_id AS id, amount, false AS is_short FROM mcp.credit_holds
      WHERE state = 'open' AND account_id > $2 AND account_id <= $3
      UNION ALL
      SELECT coalesce(l.account_id, u.account_id), coalesce(l.amount, 0), coalesce(u.charge, 0) > coalesce(l.amount, 0)
      FROM (SELECT * FROM mcp.credit_leases WHERE account_id > $2 AND account_id <= $3) l
      FULL JOIN unposted u ON u.account_id = l.account_id AND u.replica_id = l.replica_id
    ) AS parts GROUP BY 1
  ), captured AS (
    SELECT id, sum(amount) AS captured FROM (
      SELECT account_id AS id, amount FROM mcp.credit_charges WHERE account_id > $2 AND account_id <= $3
      UNION ALL SELECT account_id, amount FROM mcp.archived_charges WHERE account_id > $2 AND account_id <= $3
      UNION ALL SELECT account_id, charged FROM mcp.credit_holds WHERE state = 'captured' AND account_id > $2 AND account_id <= $3
    ) AS parts GROUP BY 1
  ), checks AS (
    SELECT a.id, c.*
    FROM accounts a LEFT JOIN ledger l USING (id) LEFT JOIN held h USING (id) LEFT JOIN captured p USING (id)
    CROSS JOIN LATERAL (VALUES
      ('balance', coalesce(l.balance, 0), a.credits_balance),
      ('allocation', coalesce(l.allocation, 0), a.credits_allocation),
      ('purchased', coalesce(l.purchased, 0), a.credits_purchased),
      ('debt', coalesce(l.debt, 0), a.credits_debt),
      ('held', coalesce(h.held, 0), a.credits_held),
      ('leases', 0, coalesce(h.short, 0)),
      ('captured', coalesce(l.usage, 0), coalesce(p.captured, 0)),
      ('total_credits_used', coalesce(l.usage, 0), a.total_credits_used),
      ('chain', 0, coalesce(l.breaks, 0))
    ) AS c (name, expected, actual)
  ), differences AS (
    SELECT * FROM checks WHERE expected <> actual
  ), listed AS (
    SELECT * FROM differences ORDER BY id, name LIMIT $1
  )
  SELECT (SELECT count(*) FROM accounts) AS accounts,
    (SELECT coalesce(sum(credits_balance), 0) FROM accounts) AS balance,
    (SELECT coalesce(sum(balance), 0) FROM ledger) AS ledger,
    (SELECT coalesce(sum(credits_held), 0) FROM accounts) AS held,
    (SELECT coalesce(sum(held), 0) FROM held) AS "openHolds",
    (SELECT coalesce(sum(captured), 0) FROM captured) AS captured,
    (SELECT coalesce(sum(usage), 0) FROM ledger) AS usage,
    (SELECT coalesce(sum(charge), 0) FROM unposted) AS unposted,
    (SELECT coalesce(sum(amount), 0) FROM mcp.credit_shortfalls WHERE account_id > $2 AND account_id <= $3) AS uncharged,
    (SELECT count(*) FROM differences) AS "differenceCount",
    (SELECT coalesce(json_agg(json_build_object('accountId', id, 'check', name, 'expected', expected, 'actual', actual)), '[]') FROM listed)
      AS differences`;
