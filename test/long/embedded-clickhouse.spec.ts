import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { startClickHouseServer } from '../support/databases/test-clickhouse.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A test starts several gateways, and some wait until they are refused. */
jest.setTimeout(120_000);

const SECRET = { GATEWAY_SECRET_KEY: 'shared-by-all-gateways-of-the-test' };
const folder = temporaryFolder('embedded-clickhouse');
const postgres = new EmbeddedPostgres(join(folder, 'engine'));
let clickhouse: { url: string; stop: () => Promise<void> };
let server: string;
const running: GatewayProcess[] = [];

beforeAll(async () => {
  [{ url: server }, clickhouse] = await Promise.all([postgres.start(), startClickHouseServer()]);
});
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.end();
});
afterAll(async () => {
  await clickhouse.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(sql);
  await client.end();
}

async function database(name: string): Promise<string> {
  await ask(`CREATE DATABASE ${name}`);
  return server.replace(/\/postgres$/, `/${name}`);
}

/** On a PostgreSQL server, with the embedded ClickHouse unless the environment says otherwise. */
async function start(url: string, name: string, env: Record<string, string> = {}): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start({ dataDir: join(folder, name), env: { GATEWAY_DATABASE_URL: url, ...env } });
  running.push(gateway);
  return gateway;
}
const refusal = (...args: Parameters<typeof start>) =>
  start(...args).then(
    () => 'started',
    (error: Error) => error.message,
  );
const total = async (gateway: GatewayProcess) => (await gateway.rest('GET', '/api/mcp-usage/history')).json.total as number;

describe('A gateway on a PostgreSQL server with the embedded ClickHouse', () => {
  it('needs that URL only, and keeps its secret and its usage in the data folder', async () => {
    const url = await database('alone');
    const first = await start(url, 'alone');
    expect((await first.call('greet', { name: 'Ada' })).status).toBe(200);
    await eventually(async () => expect(await total(first)).toBe(1));
    const key = first.apiKey;
    await first.end();
    const second = await start(url, 'alone');
    expect((await second.call('greet', { name: 'Ada' }, key)).status).toBe(200);
    await eventually(async () => expect(await total(second)).toBe(2));
  });

  it('is the only one: another is refused and told what to do, also after the connection that shows it was lost', async () => {
    const url = await database('claimed');
    const first = await start(url, 'claimed-1', SECRET);
    const words = await refusal(url, 'claimed-2', SECRET);
    expect(words).toContain('Another Tallygate uses this PostgreSQL');
    expect(words).toContain('GATEWAY_CLICKHOUSE_URL');
    await ask(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'claimed' AND application_name = 'tallygate changes'`,
    );
    await eventually(() => expect(first.log.match(/Listening to/g)!.length).toBeGreaterThan(1));
    const replica = { ...SECRET, GATEWAY_CLICKHOUSE_URL: clickhouse.url };
    expect(await refusal(url, 'claimed-3', replica)).toContain('A Tallygate with an embedded ClickHouse of its own');
    expect((await first.call('greet', { name: 'Ada' })).status).toBe(200);
  });

  it('is refused beside gateways with a ClickHouse server, of which there may be many', async () => {
    const url = await database('shared');
    const replica = { ...SECRET, GATEWAY_CLICKHOUSE_URL: clickhouse.url };
    await start(url, 'shared-1', replica);
    await start(url, 'shared-2', replica);
    expect(await refusal(url, 'shared-3', SECRET)).toContain('Another Tallygate uses this PostgreSQL');
  });

  it('starts again after a kill -9', async () => {
    const url = await database('killed');
    await (await start(url, 'killed', SECRET)).end('SIGKILL');
    await start(url, 'killed', SECRET);
  });
});
