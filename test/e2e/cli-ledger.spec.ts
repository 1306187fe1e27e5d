import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(60_000);

const folder = join(temporaryFolder('cli-ledger'), 'archive');
let gateway: GatewayProcess;
let accountId: number;

/** The gateway runs, and has a charge of January 2020. */
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  await gateway.rest('POST', '/api/mcp/enable', {});
  const { url } = await new EmbeddedPostgres(gateway.dataDir).start();
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  const { rows } = await database.query<{ id: string }>('SELECT max(id) AS id FROM mcp.user_accounts');
  accountId = Number(rows[0]!.id);
  await database.query(`SELECT mcp.add_charges_month('2020-01-15Z')`);
  await database.query(`INSERT INTO mcp.credit_charges SELECT 0, $1, gen_random_uuid(), 5, 5, 45, '2020-01-15Z', '2020-01-15Z'`, [
    accountId,
  ]);
  await database.end();
}, 60_000);
afterAll(() => gateway.destroy());

const run = async (args: string[], code = 0) => {
  const result = await tallygate(['ledger', ...args], { env: { GATEWAY_DATA_DIR: gateway.dataDir } });
  expect([result.code, result.stderr]).toEqual([code, code === 2 ? expect.any(String) : '']);
  return code === 2 ? result.stderr : result.stdout;
};
const history = async () => (await gateway.rest('GET', `/api/admin/mcp/accounts/${accountId}/credit-history`)).json;

describe('tallygate ledger', () => {
  it('has nothing to verify before anything is archived', async () => {
    expect(await run(['verify', '--in', folder])).toBe('Nothing is archived.\n');
    expect(await history()).toMatchObject({ archived_before: null });
  });

  it('refuses what is no month', async () => {
    expect(await run(['archive', '--to', folder, '--before', '2020-13'], 2)).toContain('It must be a month');
  });

  it('archives while the gateway runs, once, and tells users of it', async () => {
    const [{ sha256, ...month }] = JSON.parse(await run(['archive', '--to', folder, '--json'])) as [{ sha256: string }];
    expect(month).toEqual({ month: '2020-01', file: 'credit_charges_202001.parquet', charges: 1, credits: 5 });
    expect(readdirSync(folder)).toEqual(['credit_charges_202001.parquet']);
    expect(await run(['archive', '--to', folder])).toBe('There is no month to archive.\n');
    expect(await history()).toMatchObject({ archived_before: '2020-02-01T00:00:00.000Z' });
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('verifies the files, and ends with 1 when one is not what was archived', async () => {
    expect(await run(['verify', '--in', folder])).toContain('as archived');
    appendFileSync(join(folder, 'credit_charges_202001.parquet'), 'x');
    expect(await run(['verify', '--in', folder], 1)).toContain('It has changed since it was archived');
  });
});
