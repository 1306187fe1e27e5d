import pg from 'pg';
import type { Cluster } from './cluster.js';
import { callIdOf } from './requests.js';

export interface UsageRow {
  /** Of the event. */
  id: string;
  /** Of the call, from its request id. */
  callId: number;
  charged: number;
  errorCode: string;
}

export interface LedgerRow {
  accountId: number;
  type: string;
  amount: number;
  reference: string;
  balanceAfter: number;
}

/** What both databases say. */
export interface Books {
  /** As readers see them. */
  rows: UsageRow[];
  /** Clean hours by everything the rollup knows, each side as text: calls, records, errors, credits. */
  rollup: { hour: string; raw: string; rolledUp: string }[];
  delivered: number;
  pending: number;
  rejected: number;
  ledger: LedgerRow[];
  accounts: { id: number; balance: number; held: number }[];
  /** Charges that are not in the ledger yet. */
  unposted: number;
  /** Credits that leases hold. */
  leased: number;
  /** Records that ClickHouse had lost and was given again, and those it has lost for good. */
  healed: number;
  lost: number;
  /** Parts ClickHouse took for broken when it started. */
  brokenParts: string[];
  /** What `GET /api/admin/integrity` answers. */
  integrity: { ok: boolean };
}

/** Reads them past every proxy and gateway; only the gateway's own check goes through one. */
export async function readBooks(cluster: Cluster, integrity: Books['integrity']): Promise<Books> {
  const client = new pg.Client({ connectionString: cluster.postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return { ...(await readPostgres(client)), ...(await readUsage(cluster, await dirtyHours(client))), integrity };
  } finally {
    await client.end();
  }
}

/** What still keeps the books from being compared; empty when all has settled, and ClickHouse was verified since. */
export async function unsettled(cluster: Cluster, verifiedSince: Date): Promise<string[]> {
  const client = new pg.Client({ connectionString: cluster.postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, string>>(
      `SELECT (SELECT count(*) FROM mcp.undelivered_usage) AS "pending events", (SELECT count(*) FROM mcp.usage_batches) AS "open batches",
        (SELECT count(*) FROM mcp.unposted_charges) AS "charges to post", (SELECT sum(credits_held) FROM mcp.user_accounts) AS "credits held",
        (SELECT count(*) FROM mcp.usage_dirty_hours WHERE hour + interval '61 minutes' <= now()) AS "hours to roll up",
        (SELECT count(*) FROM mcp.usage_totals WHERE verified_at IS NULL OR verified_at < $1) AS "verification"`,
      [verifiedSince],
    );
    return Object.entries(rows[0]!).flatMap(([what, count]) => (Number(count) > 0 ? [`${count} ${what}`] : []));
  } finally {
    await client.end();
  }
}

/** As it was given: what an admin books is kept with the account's id before it. */
const REFERENCE = `coalesce(CASE WHEN reference_type = 'admin' THEN substr(reference_id, length(user_account_id || '/') + 1) ELSE reference_id END, '')`;

const COUNTS = ['pending', 'rejected', 'delivered', 'unposted', 'leased', 'healed', 'lost'] as const;

async function readPostgres(client: pg.Client) {
  const numbers = await client.query<Record<(typeof COUNTS)[number], string>>(`
    SELECT (SELECT count(*) FROM mcp.undelivered_usage) AS pending, (SELECT count(*) FROM mcp.usage_rejected) AS rejected,
      (SELECT delivered FROM mcp.usage_totals) AS delivered,
      (SELECT count(*) FROM mcp.unposted_charges) AS unposted, (SELECT coalesce(sum(amount), 0) FROM mcp.credit_leases) AS leased,
      (SELECT coalesce(sum(healed), 0) FROM mcp.usage_hours) AS healed, (SELECT coalesce(sum(lost), 0) FROM mcp.usage_hours) AS lost`);
  const ledger = await client.query<LedgerRow>(`
    SELECT user_account_id::int AS "accountId", transaction_type AS type, amount::int, ${REFERENCE} AS reference,
      balance_after::int AS "balanceAfter" FROM mcp.credit_ledger ORDER BY id`);
  const accounts = await client.query<{ id: number; balance: number; held: number }>(
    'SELECT id::int, credits_balance::int AS balance, credits_held::int AS held FROM mcp.user_accounts ORDER BY id',
  );
  const counts = Object.fromEntries(COUNTS.map((name) => [name, Number(numbers.rows[0]![name])]));
  return {
    ...(counts as Record<(typeof COUNTS)[number], number>),
    ledger: ledger.rows,
    accounts: accounts.rows,
  };
}

async function dirtyHours(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ hour: string }>(
    `SELECT to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS hour FROM mcp.usage_dirty_hours`,
  );
  return rows.map(({ hour }) => hour);
}

async function readUsage({ clickhouse }: Cluster, dirty: string[]): Promise<Pick<Books, 'rows' | 'rollup' | 'brokenParts'>> {
  const rows = await clickhouse.query<{ id: string; request_id: string; credits_charged: number; error_code: string }>(
    'SELECT id, request_id, credits_charged, error_code FROM mcp_tool_usage_log FINAL',
  );
  const broken = await clickhouse.query<{ name: string }>(
    "SELECT name FROM system.detached_parts WHERE reason = 'broken-on-start'",
  );
  const [raw, rolledUp] = [await clickhouse.query<Hour>(hours(RAW)), await clickhouse.query<Hour>(hours(ROLLED_UP))];
  return {
    rows: rows.map((row) => {
      return { id: row.id, callId: callIdOf(row.request_id), charged: row.credits_charged, errorCode: row.error_code };
    }),
    rollup: bothSides(byHour(raw, dirty), byHour(rolledUp, dirty)),
    brokenParts: broken.map(({ name }) => name),
  };
}

interface Hour {
  hour: string;
  counts: string;
}

const RAW = `SELECT toStartOfHour(created_at) AS hour, user_id, tool_name, api_key_id, 1 AS calls, record_count AS records,
  is_error AS errors, credits_charged AS credits FROM mcp_tool_usage_log FINAL`;
const ROLLED_UP = `SELECT hour, user_id, tool_name, api_key_id, calls, records, errors, credits_charged AS credits
  FROM mcp_tool_usage_hourly FINAL`;

const hours = (rows: string) => `
  SELECT toString(hour) AS hour, arrayStringConcat(arraySort(groupArray(line)), ' ') AS counts
  FROM (SELECT hour, concat(user_id, '/', tool_name, '/', api_key_id, '=', toString((sum(calls), sum(records), sum(errors), sum(credits)))) AS line
        FROM (${rows}) GROUP BY hour, user_id, tool_name, api_key_id) GROUP BY hour ORDER BY hour`;

const byHour = (rows: Hour[], dirty: string[]) =>
  new Map(rows.filter(({ hour }) => !dirty.includes(hour)).map(({ hour, counts }) => [hour, counts]));

function bothSides(raw: Map<string, string>, rolledUp: Map<string, string>): Books['rollup'] {
  const all = [...new Set([...raw.keys(), ...rolledUp.keys()])];
  return all.map((hour) => ({ hour, raw: raw.get(hour) ?? '', rolledUp: rolledUp.get(hour) ?? '' }));
}
