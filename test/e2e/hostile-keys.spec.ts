import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { createToken } from '../../src/api-keys/keys/api-key-token.js';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

/** Floods of wrong keys on both ports. The loopback counts as a proxy, so each request says which address it is from. */
const FLOOD = 1_000;
const AT_ONCE = 40;
/** `limits.failures_per_address`, and those that were under way when it was reached. */
const READS_MAX = 50 + AT_ONCE;

let gateway: GatewayProcess;
let database: pg.Client;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  const { url } = await new EmbeddedPostgres(gateway.dataDir).start();
  database = new pg.Client({ connectionString: url });
  await database.connect();
  await startCounted(url);
}, 60_000);
afterAll(async () => {
  await database.end();
  await gateway.destroy();
});

type Ask = (key: string, address: string) => Promise<number>;
const mcp: Ask = async (key, address) =>
  (await gateway.mcp('tools/list', {}, null, { 'x-api-key': key, 'x-forwarded-for': address })).status;
const rest: Ask = async (key, address) => {
  const response = await fetch(`${gateway.restUrl}/tools`, { headers: { 'x-api-key': key, 'x-forwarded-for': address } });
  await response.arrayBuffer();
  return response.status;
};

const unknown = () => createToken('sk-').token;
const malformed = (n: number) => `sk-${'a'.repeat(n % 80)}`;

/** On a loaded machine PostgreSQL may answer too late to know a key; then clients are told to ask again (503), and do. */
const ASKED_AGAIN_MAX = 10;
async function asLongAsUnavailable(ask: () => Promise<number>): Promise<number> {
  let status = await ask();
  for (let n = 0; status === 503 && n < ASKED_AGAIN_MAX; n += 1) status = await ask();
  return status;
}

/** How often each status was answered. */
async function flood(ask: Ask, key: (n: number) => string, address: (n: number) => string): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  let next = 0;
  const client = async () => {
    for (let n = next++; n < FLOOD; n = next++) {
      const status = await asLongAsUnavailable(() => ask(key(n), address(n)));
      counts[status] = (counts[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return counts;
}

/**
 * Rows written so far, and index and table scans of the keys, as PostgreSQL counts them. Not counted: where a gateway that does nothing
 * notes now and then how far it is.
 */
/** Without what a gateway writes every few seconds, however many ask. */
async function counters(): Promise<{ writes: number; reads: number }> {
  const { rows } = await database.query<{ writes: number; reads: number }>(`
    SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)
             FILTER (WHERE relname NOT IN ('replicas', 'usage_positions', 'usage_totals', 'refusals_hourly'))::int AS writes,
           sum(seq_scan + coalesce(idx_scan, 0)) FILTER (WHERE relname = 'api_keys')::int AS reads
      FROM pg_stat_user_tables`);
  return rows[0]!;
}

/** What the gateway wrote at its start may be counted up to ten seconds later, and then looks like something a flood wrote. */
async function startCounted(connectionString: string): Promise<void> {
  const reader = new pg.Client({ connectionString });
  await reader.connect();
  const rowsOf = async (table: string) => (await reader.query(`SELECT 1 FROM ${table}`)).rowCount;
  await eventually(async () => {
    const { rows } = await reader.query<{ table: string; live: number }>(
      `SELECT format('%I.%I', schemaname, relname) AS "table", (n_tup_ins - n_tup_del)::int AS live FROM pg_stat_user_tables`,
    );
    const uncounted = [];
    for (const { table, live } of rows) if ((await rowsOf(table)) !== live) uncounted.push(table);
    expect(uncounted).toEqual([]);
  }, 30_000);
  await reader.end();
}

/** PostgreSQL counts a connection's work some time after it; a read of ours tells when that has happened. */
async function countersAfter(known: { reads: number }): Promise<{ writes: number; reads: number }> {
  await mcp(unknown(), '203.0.113.250');
  return eventually(async () => {
    await mcp(unknown(), `203.0.113.${Math.floor(Math.random() * 200)}`);
    const now = await counters();
    expect(now.reads).toBeGreaterThan(known.reads);
    return now;
  }, 60_000);
}

const PORTS: [string, Ask, string][] = [
  ['MCP', mcp, '198.51.100.1'],
  ['REST', rest, '198.51.100.2'],
];

it.each(PORTS)(
  'on %s: unknown keys from one address are refused, most of them unread, and nothing is written',
  async (_, ask, address) => {
    const before = await countersAfter(await counters());
    const counts = await flood(ask, unknown, () => address);
    const after = await countersAfter(before);
    expect(Object.keys(counts)).toEqual(['401', '429']);
    expect(counts[401]).toBeLessThanOrEqual(READS_MAX);
    expect(after.writes).toBe(before.writes);
    // Beside the keys that were asked for: those `countersAfter` asks about.
    expect(after.reads - before.reads).toBeLessThan(FLOOD / 4);
  },
  120_000,
);

it.each(PORTS)(
  'on %s: one unknown key from everywhere is read once, malformed ones never',
  async (_, ask) => {
    const before = await countersAfter(await counters());
    const key = unknown();
    expect(
      await flood(
        ask,
        () => key,
        (n) => `10.1.${n >> 8}.${n & 255}`,
      ),
    ).toEqual({ 401: FLOOD });
    expect(await flood(ask, malformed, (n) => `10.2.${n >> 8}.${n & 255}`)).toEqual({ 401: FLOOD });
    const after = await countersAfter(before);
    expect(after.writes).toBe(before.writes);
    expect(after.reads - before.reads).toBeLessThan(FLOOD / 4);
  },
  120_000,
);

it.each(PORTS)(
  'on %s: honest calls go through a flood from everywhere, and from an address that is blocked',
  async (_, ask, blocked) => {
    let isOver = false;
    const honest: number[] = [];
    const callOn = async () => {
      for (let n = 0; !isOver; n += 1) honest.push(await ask(gateway.apiKey, n % 2 ? blocked : '192.0.2.1'));
    };
    const calling = callOn();
    const counts = await flood(ask, unknown, (n) => `10.3.${n >> 8}.${n & 255}`);
    isOver = true;
    await calling;
    expect(counts).toEqual({ 401: FLOOD });
    expect(honest.length).toBeGreaterThan(10);
    expect(new Set(honest)).toEqual(new Set([200]));
  },
  120_000,
);

it('a batch with a wrong key is refused as a whole before any of it runs, and is one failure however many its messages', async () => {
  const batch = JSON.stringify(Array(50).fill({ jsonrpc: '2.0', id: 1, method: 'ping' }));
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const headers = { 'x-api-key': unknown(), 'x-forwarded-for': '192.0.2.77' };
    const { status, json } = await gateway.mcpRaw(batch, headers);
    expect([status, json]).toMatchObject([
      401,
      { id: null, error: { message: expect.stringMatching(/^Invalid or expired API key/) } },
    ]);
  }
});
