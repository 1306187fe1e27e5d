import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { startClickHouseServer } from '../support/databases/test-clickhouse.js';
import { hasPgBouncer, PgBouncer } from '../support/databases/pgbouncer.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** What a database may be set to by those who use its server for other things too. */
const SETTINGS: Record<string, string[]> = {
  hostile: [
    `DateStyle = 'SQL, DMY'`,
    `IntervalStyle = 'sql_standard'`,
    `TimeZone = 'Pacific/Kiritimati'`,
    `default_transaction_isolation = 'serializable'`,
    `default_transaction_read_only = on`,
    `default_transaction_deferrable = on`,
    `search_path = evil, pg_catalog`,
    `bytea_output = 'escape'`,
    `standard_conforming_strings = off`,
    `array_nulls = off`,
    `transform_null_equals = on`,
    `extra_float_digits = -15`,
    `statement_timeout = '1s'`,
    `lock_timeout = '1ms'`,
    `idle_in_transaction_session_timeout = '1ms'`,
    `idle_session_timeout = '5s'`,
    `session_replication_role = replica`,
  ],
  German: [`DateStyle = 'German'`, `search_path = ''`, `TimeZone = 'America/St_Johns'`],
};

describe('A gateway on a PostgreSQL of somebody else', () => {
  const folder = temporaryFolder('elsewhere');
  const postgres = new EmbeddedPostgres(folder);
  let clickhouse: { url: string; stop: () => Promise<void> };
  let server: string;
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    [{ url: server }, clickhouse] = await Promise.all([postgres.start(), startClickHouseServer()]);
  }, 60_000);
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  afterAll(async () => {
    await clickhouse.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(url: string, ...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  async function newDatabase(name: string): Promise<string> {
    await ask(server, `CREATE DATABASE ${name}`);
    return server.replace(/\/postgres$/, `/${name}`);
  }

  async function start(database: string): Promise<GatewayProcess> {
    const env = {
      GATEWAY_DATABASE_URL: database,
      GATEWAY_CLICKHOUSE_URL: clickhouse.url,
      GATEWAY_SECRET_KEY: 'the-secret-of-a-gateway-elsewhere',
    };
    const gateway = await GatewayProcess.start({ dataDir: join(folder, new URL(database).pathname), env });
    stops.push(() => gateway.end());
    return gateway;
  }

  /** A login, a key, its successor, a priced call, its record, and the end of the key. */
  async function works(gateway: GatewayProcess): Promise<void> {
    const person = { username: 'ada', email: 'ada@example.com', password: 'analytical engine' };
    expect((await gateway.rest('POST', '/auth/users', person)).status).toBe(201);
    const user = (await gateway.rest('POST', '/api/auth/login', person, null)).json.access_token as string;
    expect((await gateway.rest('POST', '/api/mcp/enable', undefined, user)).status).toBe(200);
    const made = await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'Ada', expires_days: 30 }, user);
    const { created_at, expires_at } = made.json as { created_at: string; expires_at: string };
    expect((Date.parse(expires_at) - Date.parse(created_at)) / 86_400_000).toBeCloseTo(30, 3);
    const next = await gateway.rest('POST', '/api/mcp-keys/rotate', { key_id: made.json.key_id }, user);
    const { json } = await gateway.call('get_latest_trading_day', {}, next.json.api_key);
    expect(json.result._meta['tallygate/usage']).toMatchObject({ credits_charged: 1, credits_remaining: 49 });
    await eventually(async () => {
      const summary = await gateway.rest('GET', '/api/mcp/usage/summary', undefined, user);
      expect(summary.json).toMatchObject({ credits_balance: 49, total_calls_today: 1 });
    });
    await gateway.rest('POST', '/api/mcp-keys/revoke', { key_id: next.json.key_id }, user);
    expect((await gateway.mcp('tools/list', {}, next.json.api_key)).status).toBe(401);
    expect((await gateway.rest('GET', '/api/admin/integrity')).json.ledger).toMatchObject({ difference_count: 0 });
  }

  it.each(Object.keys(SETTINGS))(
    'works whatever the database is set to: %s',
    async (name) => {
      const database = await newDatabase(`set_${name.toLowerCase()}`);
      await ask(
        database,
        'CREATE SCHEMA evil',
        `CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '2001-01-01'::timestamptz $$`,
        `CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT '' $$`,
        ...SETTINGS[name]!.map((setting) => `ALTER DATABASE set_${name.toLowerCase()} SET ${setting}`),
      );
      await works(await start(database));
    },
    90_000,
  );

  (hasPgBouncer() ? it : it.skip)(
    'works behind PgBouncer with a pool of sessions',
    async () => {
      const bouncer = await PgBouncer.start(await newDatabase('pooled'), 'session');
      stops.push(() => bouncer.stop());
      await works(await start(bouncer.url));
    },
    90_000,
  );
});
