import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A test runs several processes, each of which loads the application. */
jest.setTimeout(60_000);

const BARS = 'Date,Open,High,Low,Close,Volume\n2024-01-02,1,2,0.5,1.5,10\n2024-01-03,1,2,0.5,1.6,20\n';
const BROKEN = `${BARS}2024-01-04,1,2\n2024-02-30,1,2,0.5,1.6,20\n`;

const DAYS_WORDS = 'days must be a whole number from 63, when the first quarterly statements come, to 10000';

const files = temporaryFolder('import');
const dataDir = temporaryFolder('import-data');
let gateway: GatewayProcess;
let port: string;
beforeAll(async () => {
  port = String(await freePort());
  gateway = await GatewayProcess.start({ dataDir, env: { GATEWAY_PORT: port } });
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  rmSync(files, { recursive: true });
});

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(files, name), content);
  return join(files, name);
}

/** As in a loop of a shell, whose list stands on stdin; it is nobody's business here. */
async function tallygate(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join('dist', 'cli', 'main.js'), ...args], {
    env: { PATH: process.env['PATH'], GATEWAY_PORT: port, GATEWAY_MCP_PORT: '0', GATEWAY_DATA_DIR: dataDir },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end('STDIN,2024-01-02,1,2,0.5,1.5,10\n');
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, stdout, stderr };
}

const closes = async (symbol: string) => {
  const { json } = await gateway.call('get_daily_bars', { symbol, fields: ['close'] });
  return json.result.structuredContent?.bars.map(({ close }: { close: number }) => close);
};

describe('tallygate import while a gateway runs on the data folder', () => {
  it('goes through the gateway, which shows the rows at once', async () => {
    const loaded = await tallygate('import', 'daily_bars', file('CLI.csv', BARS), '--set', 'symbol=CLI');
    expect(loaded).toEqual({ code: 0, stdout: 'daily_bars: 2 rows imported\n', stderr: '' });
    expect(await closes('CLI')).toEqual([1.5, 1.6]);
    const again = await tallygate('import', 'daily_bars', file('CLI.csv', BARS), '--set', 'symbol=CLI');
    expect(again).toMatchObject({ code: 0, stdout: 'daily_bars: nothing to do, this file is already imported\n' });
  });

  it('says which lines are broken and ends with 1; takes the others on demand', async () => {
    const args = ['import', 'daily_bars', file('broken.csv.gz', gzipSync(BROKEN)), '--set', 'symbol=BROKEN'];
    const refused = await tallygate(...args);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('nothing imported, 2 of 4 rows rejected');
    expect(refused.stdout).toContain('line 4: has 3 fields instead of 6\n  line 5: date "2024-02-30" is not a day');
    expect(await closes('BROKEN')).toBeUndefined();
    const taken = await tallygate(...args, '--skip-rejected', '--json');
    expect([taken.code, JSON.parse(taken.stdout)]).toMatchObject([0, [{ status: 'imported', accepted: 2, rejected_total: 2 }]]);
    expect(await closes('BROKEN')).toEqual([1.5, 1.6]);
  });

  it('makes a synthetic market, whose tools appear', async () => {
    const { json: before } = await gateway.mcp('tools/list');
    expect(await tallygate('import', '--synthetic', '--symbols', '3', '--days', '63')).toMatchObject({ code: 0 });
    const { json: after } = await gateway.mcp('tools/list');
    expect(after.result.tools.length - before.result.tools.length).toBe(2);
    const { json } = await gateway.call('search_symbols', { query: 'SYN' });
    expect(json.result.structuredContent.symbols).toMatchObject(Array(3).fill({ is_synthetic: true }));
  });

  it.each([
    [['import'], 2, 'Give a dataset and a file, or --synthetic.'],
    [['import', 'daily_bars'], 2, 'Give a dataset and a file, or --synthetic.'],
    [['import', 'daily_bars', 'x.csv', '--synthetic'], 2, 'Give a dataset and a file, or --synthetic.'],
    [['import', 'nope', 'package.json'], 1, 'Unknown dataset: nope. Datasets: symbols, daily_bars'],
    [['import', 'daily_bars', 'no-such-file.csv'], 1, 'The file cannot be read'],
    [['import', 'daily_bars', 'x.csv', '--map', 'nonsense'], 2, 'It must look like date=Date.'],
    [['import', '--synthetic', '--days', 'many'], 2, 'It must be a whole number.'],
    [['import', '--synthetic', '--days', '10'], 1, `${DAYS_WORDS}.`],
    [['import', '--synthetic', '--days', '10001'], 1, `${DAYS_WORDS}.`],
  ])('%j ends with %d and says %s', async (args, exitCode, words) => {
    const { code, stdout, stderr } = await tallygate(...args);
    expect([code, stdout]).toEqual([exitCode, '']);
    expect(stderr).toMatch(/^error: /i);
    expect(stderr).toContain(words);
  });
});

describe('POST /api/admin/datasets/{dataset}/import', () => {
  const send = async (body: string | Buffer, options: { query?: string; token?: string; type?: string } = {}) => {
    const { query = 'set=symbol=REST', token = await gateway.token(), type = 'application/octet-stream' } = options;
    const headers = { 'content-type': type, ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(`${gateway.restUrl}/api/admin/datasets/daily_bars/import?${query}`, {
      method: 'POST',
      headers,
      body,
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };

  it('takes a file and answers with the report; 422 when lines are rejected', async () => {
    expect(await send(BROKEN)).toMatchObject({ status: 422, json: { status: 'rejected', rejected_total: 2 } });
    expect(await send(BROKEN, { query: 'set=symbol=REST&skip_rejected=true&map=adj_close=Open' })).toMatchObject({
      status: 200,
      json: { status: 'imported', accepted: 2 },
    });
    expect(await closes('REST')).toEqual([1.5, 1.6]);
  });

  it('is for admins', async () => {
    expect((await send(BARS, { token: '' })).status).toBe(401);
    const user = { username: 'reader', email: 'reader@localhost', password: 'only reads here' };
    await gateway.rest('POST', '/auth/users', user);
    const { json } = await gateway.rest('POST', '/api/auth/login', { email: user.email, password: user.password }, null);
    expect((await send(BARS, { token: json.access_token })).status).toBe(403);
    expect((await gateway.rest('POST', '/api/admin/datasets/synthetic', {}, json.access_token)).status).toBe(403);
  });

  it.each([
    [{ query: 'map=nonsense' }, 422, 'map must look like date=Date'],
    [{ query: 'colour=red' }, 422, 'unknown field'],
    [{ query: 'skip_rejected=perhaps' }, 422, 'skip_rejected'],
    [{ query: '' }, 400, 'The file lacks symbol'],
    [{ type: 'application/x-www-form-urlencoded' }, 415, 'Content-Type: application/octet-stream'],
  ])('%j is refused with %d and a reason', async (options, status, words) => {
    const refused = await send(BARS, options);
    expect(refused.status).toBe(status);
    expect(JSON.stringify(refused.json['detail'])).toContain(words);
  });
});

describe('tallygate import without a gateway', () => {
  it('opens the engines itself, and the next gateway has the rows', async () => {
    const key = gateway.apiKey;
    await gateway.end();
    const loaded = await tallygate('import', 'daily_bars', file('OFF.csv', BARS), '--set', 'symbol=OFF');
    expect(loaded).toEqual({ code: 0, stdout: 'daily_bars: 2 rows imported\n', stderr: '' });
    gateway = await GatewayProcess.start({ dataDir, env: { GATEWAY_PORT: port } });
    const { json } = await gateway.call('get_daily_bars', { symbol: 'OFF', fields: ['close'] }, key);
    expect(json.result.structuredContent.bars).toHaveLength(2);
  }, 60_000);
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
