import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tallygate } from '../support/gateway/cli-process.js';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Most tests start a gateway of their own. */
const TIMEOUT_MS = 60_000;
jest.setTimeout(TIMEOUT_MS);

const PROGRAM = join('dist', 'cli', 'main.js');
const INSPECTOR = join('node_modules', '@modelcontextprotocol', 'inspector-cli', 'build', 'index.js');
const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

const dataDir = temporaryFolder('stdio');
let apiKey: string;
beforeAll(async () => {
  const first = await GatewayProcess.start({ dataDir });
  apiKey = first.apiKey;
  await first.end();
});
afterAll(async () => {
  await new EmbeddedPostgres(dataDir).stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The gateway in the process itself, on the data folder; key and other variables by the test. */
const environment = (env: Record<string, string> = { TALLYGATE_API_KEY: apiKey }) => ({
  PATH: process.env['PATH']!,
  GATEWAY_DATA_DIR: dataDir,
  ...env,
});

const request = (id: number, method: string, params: object = {}) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const answersOf = (stdout: string) =>
  new Map(
    stdout
      .split('\n')
      .filter(Boolean)
      .flatMap((line) => JSON.parse(line))
      .map((answer) => [answer.id, answer]),
  );

const greet = (id: number, name: string) => request(id, 'tools/call', { name: 'greet', arguments: { name } });
const BATCH = `[${greet(1, 'One')},{"jsonrpc":"2.0","method":"notifications/initialized"},${greet(2, 'Two')}]`;
const NOTIFICATIONS = '[{"jsonrpc":"2.0","method":"notifications/initialized"}]';

async function exchange(lines: string[], args: string[] = [], env = environment()) {
  const result = await tallygate(['stdio', ...args], { env, stdin: `${lines.join('\n')}\n` });
  return { ...result, answers: answersOf(result.stdout) };
}

describe('tallygate stdio', () => {
  it("serves the official SDK's client", async () => {
    const client = new Client({ name: 'stdio-sdk', version: '1' });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [PROGRAM, 'stdio'],
      env: environment(),
      stderr: 'ignore',
    });
    await client.connect(transport);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('greet');
    expect((await client.callTool({ name: 'greet', arguments: { name: 'Alice' } })).content).toEqual([
      { type: 'text', text: 'Hello, Alice!' },
    ]);
    await client.close();
  });

  it("serves the Inspector's command line", async () => {
    const args = [PROGRAM, 'stdio', '--method', 'tools/call', '--tool-name', 'add', '--tool-arg', 'a=1', '--tool-arg', 'b=2'];
    const { stdout } = await promisify(execFile)(process.execPath, [INSPECTOR, process.execPath, ...args], {
      env: environment(),
    });
    expect(JSON.parse(stdout)).toMatchObject({ structuredContent: { sum: 3 } });
  });

  it('speaks both eras, answers everything that was asked before stdin ended, and ends with 0; stdout is protocol only', async () => {
    const { code, answers } = await exchange([
      request(1, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'both', version: '1' } }),
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      request(2, 'tools/call', { name: 'greet', arguments: { name: 'Zoë' } }),
      request(3, 'tools/call', { name: 'greet', arguments: { name: 'Modern' }, _meta: MODERN_META }),
      request(4, 'server/discover', { _meta: MODERN_META }),
      'this is not JSON',
    ]);
    expect(code).toBe(0);
    expect(answers.size).toBe(5);
    expect(answers.get(1).result.protocolVersion).toBe('2025-06-18');
    expect(answers.get(2).result.content[0].text).toBe('Hello, Zoë!');
    expect(answers.get(3).result).toMatchObject({ resultType: 'complete', content: [{ text: 'Hello, Modern!' }] });
    expect(answers.get(4).result.supportedVersions).toContain('2026-07-28');
    expect(answers.get(null).error.code).toBe(-32700);
  });

  it('answers a batch together, for clients of 2025-03-26 only', async () => {
    const initialize = (protocolVersion: string) => request(0, 'initialize', { protocolVersion, capabilities: {} });
    const old = await exchange([initialize('2025-03-26'), BATCH, NOTIFICATIONS]);
    expect(old.stdout.trim().split('\n')).toHaveLength(2);
    expect([1, 2].map((id) => old.answers.get(id).result.content[0].text)).toEqual(['Hello, One!', 'Hello, Two!']);
    const newer = await exchange([initialize('2025-11-25'), BATCH]);
    expect(newer.answers.get(null).error).toMatchObject({ code: -32600, message: expect.stringContaining('2025-03-26 only') });
    expect(newer.answers.size).toBe(2);
  });

  it('refuses a line beyond the limit and goes on', async () => {
    const { code, answers } = await exchange([request(1, 'ping', { x: 'x'.repeat(5_000_000) }), request(2, 'ping')]);
    expect([code, answers.get(null).error.code, answers.get(2).result]).toEqual([0, -32600, {}]);
  });

  it('is guarded: no key, a wrong key', async () => {
    const none = await exchange([request(1, 'tools/list')], [], environment({}));
    expect(none.answers.get(1).error.code).toBe(-32001);
    expect(none.answers.get(1).error.message).toMatch(/^API key required\. `tallygate stdio` takes .* TALLYGATE_API_KEY/);
    expect(none.stderr).toContain(none.answers.get(1).error.message);
    const wrong = await exchange(
      [request(1, 'initialize'), '{"jsonrpc":"2.0","method":"notifications/initialized"}'],
      [],
      environment({ TALLYGATE_API_KEY: 'sk-wrong' }),
    );
    expect(wrong.answers.size).toBe(1);
    expect(wrong.answers.get(1).error.message).toMatch(/^Invalid or expired API key.* TALLYGATE_API_KEY/);
    expect(wrong.stderr.split('TALLYGATE_API_KEY')).toHaveLength(2);
  });

  it('needs no key where authentication is off', async () => {
    const { answers } = await exchange([request(1, 'tools/list')], [], environment({ GATEWAY_AUTH_ENABLED: 'false' }));
    expect(answers.get(1).result.tools.length).toBeGreaterThan(3);
  });

  it('ends cleanly when it is told to', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'stdio'], { env: environment(), stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.write(`${request(1, 'ping')}\n`);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('is metered: the calls are in the history, with the name of the client', async () => {
    const gateway = await GatewayProcess.start({ dataDir });
    try {
      await eventually(async () => {
        const { json } = await gateway.rest('GET', '/api/mcp-usage/history?tool_name=greet');
        const names = json.records.map(({ client_name }: Record<string, string>) => client_name);
        expect(names).toEqual(expect.arrayContaining(['stdio-sdk', 'both']));
      });
    } finally {
      await gateway.end();
    }
  });

  it('uses the gateway that runs on the data folder, and leaves it running', async () => {
    const gateway = await GatewayProcess.start({ dataDir });
    try {
      const { code, stderr, answers } = await exchange([greet(1, 'Found')]);
      expect([code, stderr, answers.get(1).result.content[0].text]).toEqual([0, '', 'Hello, Found!']);
      await eventually(async () => {
        const { json } = await gateway.rest('GET', '/api/mcp-usage/history?tool_name=greet&page_size=1');
        expect(JSON.stringify(json.records[0])).toContain('Found');
      });
    } finally {
      await gateway.end();
    }
  });

  it('serves two clients at once, and the second goes on when the first, whose gateway it used, has gone', async () => {
    const [first, second] = [open(), open()];
    expect(await ask(first, greet(1, 'First'))).toMatchObject({ result: { content: [{ text: 'Hello, First!' }] } });
    expect(await ask(second, greet(1, 'Second'))).toMatchObject({ result: { content: [{ text: 'Hello, Second!' }] } });
    first.stdin.end();
    expect(await once(first, 'exit')).toEqual([0, null]);
    expect(await ask(second, greet(2, 'Again'))).toMatchObject({ result: { content: [{ text: 'Hello, Again!' }] } });
    second.stdin.end();
    expect(await once(second, 'exit')).toEqual([0, null]);
  });

  it('serves two clients that start at once on a data folder that is new', async () => {
    const folder = temporaryFolder('stdio-new');
    const env = environment({ GATEWAY_AUTH_ENABLED: 'false', GATEWAY_DATA_DIR: folder });
    try {
      const both = await Promise.all([exchange([greet(1, 'One')], [], env), exchange([greet(1, 'Two')], [], env)]);
      expect(both.map(({ answers }) => answers.get(1).result.content[0].text)).toEqual(['Hello, One!', 'Hello, Two!']);
    } finally {
      await new EmbeddedPostgres(folder).stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says why when no gateway can be started', async () => {
    const { code, stdout, stderr } = await exchange([request(1, 'ping')], [], environment({ GATEWAY_LOG_LEVEL: 'loud' }));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('GATEWAY_LOG_LEVEL');
  });
});

const open = () => spawn(process.execPath, [PROGRAM, 'stdio'], { env: environment(), stdio: ['pipe', 'pipe', 'ignore'] });

async function ask(client: ReturnType<typeof open>, line: string) {
  client.stdin.write(`${line}\n`);
  const [answer] = await once(client.stdout, 'data');
  return JSON.parse(String(answer));
}

describe('tallygate stdio --url', () => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await GatewayProcess.start({ dataDir });
  });
  afterAll(() => gateway.end());

  it("is a bridge for the official SDK's client", async () => {
    const client = new Client({ name: 'bridge-sdk', version: '1' });
    const args = [PROGRAM, 'stdio', '--url', gateway.mcpUrl];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env: { TALLYGATE_API_KEY: apiKey } }));
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('greet');
    const result = await client.callTool({ name: 'greet', arguments: { name: 'Bridge' } });
    expect(result.content).toEqual([{ type: 'text', text: 'Hello, Bridge!' }]);
    await client.close();
  });

  it('carries both eras', async () => {
    const { code, stderr, answers } = await exchange(
      [
        request(1, 'tools/call', { name: 'greet', arguments: { name: 'Old' } }),
        request(2, 'tools/call', { name: 'greet', arguments: { name: 'New' }, _meta: MODERN_META }),
      ],
      ['--url', gateway.mcpUrl],
      { ...environment() },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect([1, 2].map((id) => answers.get(id).result.content[0].text)).toEqual(['Hello, Old!', 'Hello, New!']);
  });

  it('carries a batch', async () => {
    const { code, stdout, answers } = await exchange([BATCH, NOTIFICATIONS], ['--url', gateway.mcpUrl]);
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 1]);
    expect([1, 2].map((id) => answers.get(id).result.content[0].text)).toEqual(['Hello, One!', 'Hello, Two!']);
  });

  it("hands on the gateway's refusal, and says when nobody answers", async () => {
    const refused = await exchange([request(1, 'tools/list')], ['--url', gateway.mcpUrl, '--api-key', 'sk-wrong']);
    expect(refused.answers.get(1).error.message).toMatch(/^Invalid or expired API key.* --api-key\.$/);
    const away = await exchange([request(7, 'tools/list'), 'nonsense'], ['--url', 'http://no-such-host.invalid/messages']);
    expect(away.answers.get(7).error.message).toContain('Cannot reach http://no-such-host.invalid/messages');
    expect([away.code, away.answers.get(null).error.code]).toEqual([0, -32700]);
  });
});
