import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { engineUrl, readAddress, type EngineAddress } from '../../src/clickhouse/engine/engine-address.js';
import { eventually } from '../support/eventually.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

const TIMEOUT_MS = 120_000;
jest.setTimeout(TIMEOUT_MS);
const COMES_BACK_MS = 30_000;

let gateway: GatewayProcess;
let dataDir: string;
let apiKey: string;
let made = 0;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  ({ dataDir, apiKey } = gateway);
});
afterAll(() => gateway.destroy());

const start = async () => (gateway = await GatewayProcess.start({ dataDir }));

async function call(times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    expect((await gateway.call('greet', { name: 'Ada' }, apiKey)).text).toContain('Hello, Ada!');
    made += 1;
  }
}

const engine = (): EngineAddress => readAddress(dataDir)!;
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** Rows of the log and the calls in them: as many of both as were made, when none is lost or doubled. */
async function countInLog(): Promise<unknown> {
  const sql = 'SELECT count() AS lines, uniqExact(id) AS calls FROM mcp_tool_usage_log FINAL';
  const { stdout, stderr } = await tallygate(['sql', '--json', sql], { env: { GATEWAY_DATA_DIR: dataDir } });
  return stdout ? JSON.parse(stdout)[0] : stderr;
}
const allInLog = () => eventually(async () => expect(await countInLog()).toEqual({ lines: made, calls: made }), COMES_BACK_MS);

/** As in a terminal: a process group of its own. It delivers so seldom that the last calls are left to its end. */
function startInForeground() {
  const env = {
    PATH: process.env['PATH'],
    GATEWAY_CONFIG: join('test', 'fixtures', 'slow-delivery.yaml'),
    GATEWAY_DATA_DIR: dataDir,
    GATEWAY_PORT: '0',
    GATEWAY_MCP_PORT: '0',
  };
  const child = spawn(process.execPath, [join('dist', 'main.js')], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return { child, output: () => output };
}

describe('the process of the embedded ClickHouse', () => {
  it('answers nobody who does not know its password, which only its user can read', async () => {
    const { port, pid, password } = engine();
    const ask = (authorization?: string) =>
      fetch(`http://127.0.0.1:${port}/?query=SELECT+1`, { method: 'POST', ...(authorization && { headers: { authorization } }) });
    for (const header of [undefined, `Basic ${Buffer.from('default:').toString('base64')}`, 'Basic x', 'Bearer y']) {
      const refused = await ask(header);
      expect([refused.status, refused.headers.get('x-clickhouse-exception-code')]).toEqual([403, '516']);
    }
    expect(await (await ask(`Basic ${Buffer.from(`default:${password}`).toString('base64')}`)).text()).toBe('1\n');
    expect(statSync(join(dataDir, 'clickhouse.json')).mode & 0o777).toBe(0o600);
    const seen = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8')).join();
    expect(seen).not.toContain(password);
    expect(gateway.output).not.toContain(password);
  });

  it('comes back when it is killed, and calls go on meanwhile: none is lost or doubled', async () => {
    await call(5);
    const { pid } = engine();
    process.kill(pid, 'SIGKILL');
    await call(20);
    await eventually(() => expect(engine().pid).not.toBe(pid), COMES_BACK_MS);
    await allInLog();
    expect(gateway.log).toContain('The embedded engine is gone; starting it again');
    expect((await gateway.rest('GET', '/health')).json.clickhouse).toBe('connected');
  });

  it('lives through the signals that end a gateway, and ends with it', async () => {
    const { pid } = engine();
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    await call(1);
    await allInLog();
    expect(engine().pid).toBe(pid);
    expect(await gateway.end()).toBe(0);
    expect([isAlive(pid), readAddress(dataDir)]).toEqual([false, undefined]);
    await start();
  });

  it('ends when its gateway is killed, and the next start has every call', async () => {
    await call(10);
    const { pid } = engine();
    await gateway.end('SIGKILL');
    await start();
    await eventually(() => expect(isAlive(pid)).toBe(false));
    await allInLog();
  });

  it('has what the last calls used when Ctrl-C ends the whole process group', async () => {
    await gateway.end();
    const { child, output } = startInForeground();
    const mcpUrl = await eventually(() => /MCP\s+(http\S+)/.exec(output())![1]!, COMES_BACK_MS);
    await eventually(() => expect(output()).toContain('This process delivers usage'), COMES_BACK_MS);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
    const params = { name: 'greet', arguments: { name: 'Ada' } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    for (let n = 0; n < 10; n += 1) {
      expect(await (await fetch(mcpUrl, { method: 'POST', headers, body })).text()).toContain('Hello, Ada!');
      made += 1;
    }
    process.kill(-child.pid!, 'SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await countInLog()).toEqual({ lines: made, calls: made });
    await start();
  });

  it('is asked by `tallygate sql` while the gateway runs, through its own door', async () => {
    const { pid } = engine();
    await allInLog();
    expect(engine().pid).toBe(pid);
    expect(engineUrl(engine())).toMatch(/^http:\/\/default:[0-9a-f]{48}@127\.0\.0\.1:\d+$/);
  });
});
