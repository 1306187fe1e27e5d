import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GatewayProcess } from '../support/gateway-process.js';

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
}, 60_000);
afterAll(() => gateway.destroy());

const bars = { name: 'get_daily_bars', arguments: { symbol: '^GSPC', start_date: '2008-09-15', end_date: '2008-09-19' } };
const headers = () => ({ requestInit: { headers: { Authorization: `Bearer ${gateway.apiKey}` } } });

describe("the official SDK's client", () => {
  it('version 1 lists tools and calls one', async () => {
    const client = new Client({ name: 'sdk-v1', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), headers()));
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('get_daily_bars');
    const result = await client.callTool(bars);
    expect((result.structuredContent as { bars: unknown[] }).bars).toHaveLength(5);
    await client.close();
  });

  it('version 1 shows the reason when the key is wrong', async () => {
    const client = new Client({ name: 'sdk-v1', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), {
      requestInit: { headers: { Authorization: 'Bearer sk-wrong' } },
    });
    await expect(client.connect(transport)).rejects.toThrow(/Invalid or expired API key/);
  });

  it('version 2 lists tools and calls one', async () => {
    const client = new ModernClient({ name: 'sdk-v2', version: '1' });
    await client.connect(new ModernTransport(new URL(gateway.mcpUrl), headers()));
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('get_daily_bars');
    const result = await client.callTool(bars);
    expect((result.structuredContent as { bars: unknown[] }).bars).toHaveLength(5);
    await client.close();
  });
});

// 0.16.8 is the newest that runs by itself on Node 20.
describe("Inspector's command line", () => {
  const inspector = async (...args: string[]) => {
    const program = join('node_modules', '@modelcontextprotocol', 'inspector-cli', 'build', 'index.js');
    const header = `Authorization: Bearer ${gateway.apiKey}`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      program,
      gateway.mcpUrl,
      '--transport',
      'http',
      '--header',
      header,
      ...args,
    ]);
    return JSON.parse(stdout) as { tools: { name: string }[]; structuredContent: { bars: unknown[] } };
  };

  it('lists tools', async () => {
    expect((await inspector('--method', 'tools/list')).tools.map(({ name }) => name)).toContain('get_daily_bars');
  }, 30_000);

  it('calls one', async () => {
    const args = Object.entries(bars.arguments).flatMap(([name, value]) => ['--tool-arg', `${name}=${value}`]);
    const result = await inspector('--method', 'tools/call', '--tool-name', bars.name, ...args);
    expect(result.structuredContent.bars).toHaveLength(5);
  }, 30_000);
});
