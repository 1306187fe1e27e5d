import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PRICE = 2;
const CALLS = 5;

describe('tallygate backup and restore', () => {
  const folder = temporaryFolder('backup');
  const dataDir = join(folder, 'data');
  const backup = join(folder, 'backup');
  const env = { GATEWAY_CONFIG: join(folder, 'gateway.yaml'), GATEWAY_DATA_DIR: dataDir };
  const command = (...args: string[]) => tallygate(args, { env });
  const start = () => GatewayProcess.start({ dataDir, env: { GATEWAY_CONFIG: env.GATEWAY_CONFIG } });
  let gateway: GatewayProcess;
  let key: string;

  /** The admin's books: what an owner, an operator and the check of all books see. */
  const books = async () => {
    const { records, total } = (await gateway.rest('GET', '/api/mcp-usage/history?page_size=50')).json;
    const { ok, ledger, usage } = (await gateway.rest('GET', '/api/admin/integrity')).json;
    const { credits_balance } = (await gateway.rest('GET', '/api/mcp/account')).json;
    const keys = (await gateway.rest('GET', '/api/mcp-keys/list')).json;
    return { records, total, keys, credits_balance, ok, ledger, days: usage.days, differences: usage.total_difference };
  };
  const delivered = () => eventually(async () => expect((await books()).total).toBe(CALLS));

  beforeAll(async () => {
    writeFileSync(env.GATEWAY_CONFIG, `tools: { prices: { greet: ${PRICE} } }\n`);
    gateway = await start();
    key = (await gateway.rest('POST', '/api/mcp/enable', {})).json['mcp_api_key'];
    for (let call = 0; call < CALLS; call += 1) {
      expect((await gateway.call('greet', { name: `caller ${call} \u2028 "quoted"` }, key)).text).toContain('Hello');
    }
  }, 60_000);
  afterAll(async () => {
    await gateway?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  const wipe = async () => {
    await gateway.end();
    await new EmbeddedPostgres(dataDir).stop();
    rmSync(dataDir, { recursive: true, force: true });
  };

  it('refuses to read the data of a running gateway, and leaves nothing behind', async () => {
    const { code, stderr } = await command('backup', backup);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^Error: Another Tallygate is running .*Stop it/),
    });
    expect(readdirSync(folder)).not.toContain('backup');
    expect(readdirSync(folder)).not.toContain('backup.partial');
  }, 120_000);

  it('brings keys, history and balances back to where they were, after a crash too', async () => {
    await gateway.end('SIGKILL'); // what was answered last may be in PostgreSQL alone
    expect(await command('backup', backup)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('Backed up to'),
    });
    gateway = await start();
    await delivered();
    const before = await books();
    expect(before).toMatchObject({ ok: true, differences: 0, credits_balance: 50 - CALLS * PRICE });

    await wipe();
    expect(await command('restore', backup)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Restored') });
    gateway = await start();
    await delivered();
    expect(await books()).toEqual(before);
    expect((await gateway.call('greet', { name: 'again' }, key)).json.result.content[0].text).toBe('Hello, again!');
  }, 120_000);

  it('replaces data only when told to', async () => {
    await gateway.end();
    expect(await command('restore', backup)).toMatchObject({ code: 1, stderr: expect.stringContaining('--replace') });
    expect(await command('restore', backup, '--replace')).toMatchObject({ code: 0 });
    gateway = await start();
    await delivered(); // the call after the backup is gone
    expect(await books()).toMatchObject({ ok: true, differences: 0, credits_balance: 50 - CALLS * PRICE });
  }, 120_000);

  it('refuses a backup that is damaged, incomplete, or of a newer version, before it changes anything', async () => {
    await gateway.end();
    const damaged = join(folder, 'damaged');
    const spoil = (change: () => void) => {
      rmSync(damaged, { recursive: true, force: true });
      cpSync(backup, damaged, { recursive: true });
      change();
      return command('restore', damaged, '--replace');
    };
    const file = join(damaged, 'postgres', 'users.jsonl.gz');
    expect((await spoil(() => appendFileSync(file, 'x'))).stderr).toContain('The backup is damaged: postgres/users.jsonl.gz');
    expect((await spoil(() => rmSync(file))).stderr).toContain('The backup is incomplete: postgres/users.jsonl.gz is missing');
    expect((await spoil(() => rmSync(join(damaged, 'manifest.json')))).stderr).toContain('is not a backup');
    const newer = await spoil(() => rewrite(join(damaged, 'manifest.json'), '"migrations": [', '"migrations": ["Future9", '));
    expect(newer).toMatchObject({ code: 1, stderr: expect.stringContaining('newer Tallygate') });
    gateway = await start();
    expect(await books()).toMatchObject({ ok: true, total: CALLS });
  }, 120_000);

  it('leaves databases on servers to the tools of those servers', async () => {
    const url = { GATEWAY_DATABASE_URL: 'postgresql://localhost/x', GATEWAY_CLICKHOUSE_URL: 'http://localhost:8123' };
    const secret = { GATEWAY_SECRET_KEY: 'a secret that is long enough for this' };
    const { code, stderr } = await tallygate(['backup', join(folder, 'other')], { env: { ...env, ...url, ...secret } });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('pg_dump') });
  }, 120_000);
});

const rewrite = (file: string, old: string, text: string) => writeFileSync(file, readFileSync(file, 'utf8').replace(old, text));
