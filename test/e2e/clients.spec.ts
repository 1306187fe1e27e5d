import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createToken } from '../../src/api-keys/keys/api-key-token.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Some clients are processes, one for each thing they do. */
jest.setTimeout(60_000);

let gateway: GatewayProcess;
let revoked: string;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  revoked = await gateway.revokedKey();
});
afterAll(() => gateway.destroy());

const bars = { name: 'get_daily_bars', arguments: { symbol: '^GSPC', start_date: '2008-09-15', end_date: '2008-09-19' } };
const headersOf = (key?: string): Record<string, string> => (key === undefined ? {} : { Authorization: `Bearer ${key}` });

/** Who may not call, and what each client shows of the reason. */
const REFUSED = [
  { whose: 'without a key', key: () => undefined, reason: /API key required.*Send an API key as/ },
  { whose: 'with a wrong key', key: () => createToken('sk-').token, reason: /there is no such key here.*Send an API key as/ },
  { whose: 'with a revoked key', key: () => revoked, reason: /Invalid or expired API key: it was revoked/ },
];

interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: typeof bars): Promise<object>;
  close(): Promise<void>;
}

/** Lists tools and calls one. */
async function use(client: AnyClient, connected: Promise<void>): Promise<void> {
  try {
    await connected;
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain(bars.name);
    expect(await client.callTool(bars)).toHaveProperty('structuredContent.bars.length', 5);
  } finally {
    await client.close();
  }
}

describe("the official SDK's client", () => {
  const url = () => new URL(gateway.mcpUrl);
  const clients: Record<string, (headers: Record<string, string>) => Promise<void>> = {
    'version 1': (headers) => {
      const client = new Client({ name: 'sdk-v1', version: '1' });
      return use(client, client.connect(new StreamableHTTPClientTransport(url(), { requestInit: { headers } })));
    },
    'version 2, as it comes': (headers) => {
      const client = new ModernClient({ name: 'sdk-v2', version: '1' });
      return use(client, client.connect(new ModernTransport(url(), { requestInit: { headers } })));
    },
    'version 2, asking for 2026-07-28': (headers) => {
      const client = new ModernClient({ name: 'sdk-v2', version: '1' }, { versionNegotiation: { mode: 'auto' } });
      return use(client, client.connect(new ModernTransport(url(), { requestInit: { headers } })));
    },
  };

  describe.each(Object.entries(clients))('%s', (_, run) => {
    it('lists tools and calls one', () => run(headersOf(gateway.apiKey)));

    it.each(REFUSED)('shows the reason $whose', async ({ key, reason }) => {
      const error = await run(headersOf(key())).then(
        () => undefined,
        (error: Error & { data?: { text?: string } }) => error,
      );
      // Where the client has words of its own for a 401, it hands over the answer beside them.
      expect(`${error?.message} ${error?.data?.text}`).toMatch(reason);
    });
  });
});

// 0.16.8 is the newest that runs by itself on Node 20.
describe("Inspector's command line", () => {
  const PROGRAM = join('node_modules', '@modelcontextprotocol', 'inspector-cli', 'build', 'index.js');
  const inspector = async (key: string | undefined, ...args: string[]) => {
    const header = Object.entries(headersOf(key)).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
    const command = [PROGRAM, gateway.mcpUrl, '--transport', 'http', ...header, '--method', ...args];
    const { stdout } = await promisify(execFile)(process.execPath, command);
    return JSON.parse(stdout) as { tools: { name: string }[]; structuredContent: { bars: unknown[] } };
  };

  it('lists tools', async () => {
    expect((await inspector(gateway.apiKey, 'tools/list')).tools.map(({ name }) => name)).toContain(bars.name);
  });

  it('calls one', async () => {
    const args = Object.entries(bars.arguments).flatMap(([name, value]) => ['--tool-arg', `${name}=${value}`]);
    const result = await inspector(gateway.apiKey, 'tools/call', '--tool-name', bars.name, ...args);
    expect(result.structuredContent.bars).toHaveLength(5);
  });

  it.each(REFUSED)('ends with the reason on stderr $whose', async ({ key, reason }) => {
    const failed = inspector(key(), 'tools/list');
    await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(reason) });
  });
});

describe('mcp-remote, for clients that know only stdio', () => {
  const PROGRAM = join('node_modules', 'mcp-remote', 'dist', 'proxy.js');
  const home = temporaryFolder('mcp-remote');
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** Lists and calls through the proxy; resolves to what it wrote on stderr, and why it failed if it did. */
  async function through(args: string[], env: Record<string, string> = {}): Promise<{ stderr: string; error?: Error }> {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [PROGRAM, gateway.mcpUrl, ...args],
      env: { PATH: process.env['PATH']!, HOME: home, ...env },
      stderr: 'pipe',
    });
    const stderr = text(transport.stderr as Readable);
    const client = new Client({ name: 'stdio-only', version: '1' });
    const error = await use(client, client.connect(transport)).then(
      () => undefined,
      (reason: Error) => reason,
    );
    return { stderr: await stderr, ...(error && { error }) };
  }

  it.each([
    ['', (key: string) => ({ args: [`Authorization: Bearer ${key}`] })],
    [' without a space, for clients that split arguments', (key: string) => ({ args: [`X-API-Key:${key}`] })],
    [' from a variable', (key: string) => ({ args: ['Authorization:${AUTH}'], env: { AUTH: `Bearer ${key}` } })],
  ])('lists tools and calls one with the key in --header%s', async (_, given) => {
    const { args, env = {} } = given(gateway.apiKey) as { args: string[]; env?: Record<string, string> };
    expect((await through(['--header', ...args], env)).error).toBeUndefined();
  });

  it.each(REFUSED)('says on stderr to send a key, and opens no browser, $whose', async ({ key }) => {
    const { stderr, error } = await through(Object.entries(headersOf(key())).flatMap(([n, v]) => ['--header', `${n}: ${v}`]));
    expect(error).toBeDefined();
    expect(stderr).toContain('This server does not use OAuth. Send an API key as');
    expect(stderr).not.toContain('Please authorize');
  });
});
