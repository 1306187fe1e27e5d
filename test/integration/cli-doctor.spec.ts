import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

jest.setTimeout(60_000);

interface Finding {
  check: string;
  state: string;
  words: string;
  fix?: string;
}

const folder = temporaryFolder('doctor-database');
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

const sql = (text: string) => database.dataSource.query(text);

/** What the doctor says of the test's own PostgreSQL; ClickHouse is away. */
async function finding(check: string): Promise<Finding> {
  const env = {
    GATEWAY_DATABASE_URL: database.url,
    GATEWAY_CLICKHOUSE_URL: 'http://127.0.0.1:9',
    GATEWAY_SECRET_KEY: 'x'.repeat(32),
    GATEWAY_DATA_DIR: join(folder, 'data'),
    GATEWAY_PORT: '0',
    GATEWAY_MCP_PORT: '0',
  };
  const { stdout } = await tallygate(['doctor', '--json'], { env });
  return (JSON.parse(stdout) as Finding[]).find((found) => found.check === check)!;
}

describe('tallygate doctor on a database server', () => {
  it('knows whether all migrations have run, some wait, or one is of a newer version', async () => {
    const all = MIGRATIONS.length;
    expect(await finding('migrations')).toMatchObject({ state: 'good', words: `all ${all} have run` });
    const last = new MIGRATIONS[all - 1]!().name;
    await sql(`UPDATE mcp.migrations SET name = 'FromTheFuture1' WHERE name = '${last}'`);
    const newer = await finding('migrations');
    expect(newer).toMatchObject({ state: 'bad', words: 'FromTheFuture1 is not known here' });
    expect(newer.fix).toContain('newer Tallygate');
    await sql(`DELETE FROM mcp.migrations WHERE name = 'FromTheFuture1'`);
    expect(await finding('migrations')).toMatchObject({ state: 'good', words: `1 of ${all} will run at the next start` });
  });

  it("finds a clock that differs from the database's, with the fix", async () => {
    expect(await finding('clock')).toMatchObject({ state: 'good', words: expect.stringMatching(/^\d+ ms from the database's$/) });
    // A server whose clock is an hour ahead: its own clock, found behind one that says so.
    const name = new URL(database.url).pathname.slice(1);
    await sql('CREATE SCHEMA ahead');
    await sql(
      `CREATE FUNCTION ahead.clock_timestamp() RETURNS timestamptz LANGUAGE sql
       AS $$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$`,
    );
    await sql(`ALTER DATABASE ${name} SET search_path = ahead, pg_catalog, public`);
    const off = await finding('clock');
    expect(off).toMatchObject({ state: 'bad', fix: expect.stringContaining('Synchronise the clocks') });
    expect(Number(/^\d+/.exec(off.words)![0])).toBeGreaterThan(3_500_000);
  });
});
