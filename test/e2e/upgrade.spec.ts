import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tallygate } from '../support/gateway/cli-process.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const RELEASES = join('test', 'fixtures', 'releases');
const PRICE = 2;

/** Data of every release that was, as its own `tallygate backup` wrote it (docs/data.md). */
describe.each(readdirSync(RELEASES))('the data of release %s', (release) => {
  const folder = temporaryFolder('upgrade');
  const dataDir = join(folder, 'data');
  const backup = join(RELEASES, release);
  const callers = JSON.parse(readFileSync(join(backup, 'callers.json'), 'utf8')) as {
    accountKey: string;
    freeKey: string;
    calls: number;
  };
  const env = { GATEWAY_CONFIG: join(folder, 'gateway.yaml'), GATEWAY_DATA_DIR: dataDir };
  let gateway: GatewayProcess;
  let user: string;

  beforeAll(async () => {
    writeFileSync(env.GATEWAY_CONFIG, `tools: { prices: { greet: ${PRICE} } }\nstock_data: { load_sample: false }\n`);
    expect(await tallygate(['restore', backup], { env })).toMatchObject({ code: 0, stderr: '' });
    gateway = await GatewayProcess.start({ dataDir, env: { GATEWAY_CONFIG: env.GATEWAY_CONFIG } });
    const login = { email: 'ada@example.com', password: 'analytical engine' };
    user = (await gateway.rest('POST', '/api/auth/login', login, null)).json.access_token;
  }, 120_000);
  afterAll(async () => {
    await gateway?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  const as = async (path: string) => (await gateway.rest('GET', path, undefined, user)).json;

  it('keeps its history, with the calls that waited for delivery', async () => {
    await eventually(async () => expect((await as('/api/mcp-usage/history')).total).toBe(callers.calls));
    const { records } = await as('/api/mcp-usage/history');
    expect(records.map(({ tool_name, credits_charged }: Record<string, unknown>) => [tool_name, credits_charged])).toEqual(
      Array.from({ length: callers.calls }, () => ['greet', PRICE]),
    );
  }, 60_000);

  it('keeps its credits, and all books agree', async () => {
    // The month's allocation may have been refilled since; what was bought and what was used stay what they were.
    const account = await as('/api/mcp/account');
    expect(account).toMatchObject({ user_email: 'ada@example.com', total_tool_calls: callers.calls });
    const { ok, ledger } = (await gateway.rest('GET', '/api/admin/integrity')).json;
    expect({ ok, charged: ledger.charged, captured: ledger.captured }).toEqual({
      ok: true,
      charged: callers.calls * PRICE,
      captured: callers.calls * PRICE,
    });
    expect(ledger.credits_balance).toBeGreaterThanOrEqual(100);
  }, 60_000);

  it('keeps its keys and its upstream servers', async () => {
    for (const key of [callers.accountKey, callers.freeKey]) {
      expect((await gateway.call('greet', { name: 'again' }, key)).json.result.content[0].text).toBe('Hello, again!');
    }
    const { json } = await gateway.rest('GET', '/servers');
    expect(json).toMatchObject([{ name: 'http-1', pool: 'http', config: { url: 'https://mcp.example.com/mcp' } }]);
  }, 60_000);
});
