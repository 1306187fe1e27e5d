import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createContext, SourceTextModule, type Module } from 'node:vm';
import { GatewayClient, GatewayError } from '../../src/client/gateway-client.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { codeBlocks } from '../support/docs/page-blocks.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Tests run processes, which take their time on a loaded machine. */
jest.setTimeout(60_000);

const node = async (...args: string[]) => (await promisify(execFile)(process.execPath, args)).stdout;

let gateway: GatewayProcess;
let client: GatewayClient;
let folder: string;
beforeAll(async () => {
  folder = temporaryFolder('client');
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, 'servers:\n  enabled_templates: [file-server]\n');
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
  client = new GatewayClient(gateway.restUrl);
  await client.login('admin@localhost', gateway.adminPassword);
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const call = {
  server_id: 'stock-data',
  tool_name: 'get_daily_bars',
  arguments: { symbol: '^GSPC', start_date: '2008-09-15', end_date: '2008-09-19' },
};

describe('GatewayClient on a real gateway', () => {
  it('lists and calls tools, with a token and with an API key', async () => {
    expect((await client.listTools()).map(({ name }) => name)).toContain('get_daily_bars');
    const withKey = new GatewayClient(gateway.restUrl, { apiKey: gateway.apiKey });
    for (const one of [client, withKey]) {
      const result = await one.callTool(call);
      expect(result).toMatchObject({ is_error: false, usage: { record_count: 5, table_name: 'daily_bars' } });
    }
  });

  it('makes many calls, and a failed one is one of the results', async () => {
    const calls = [call, { ...call, tool_name: 'nothing' }, call];
    const results = await client.callTools(calls, { concurrency: 2 });
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((results[1] as PromiseRejectedResult).reason).toMatchObject({ errorCode: 'UNKNOWN_TOOL', status: 404 });
  });

  it('tells of calls as they are recorded', async () => {
    for (const stream of [client.streamCalls({ tool_name: call.tool_name }), client.streamAllCalls({ outcome: 'ok' })]) {
      const told = stream.next();
      await client.callTool(call);
      expect((await told).value).toMatchObject({ id: expect.stringMatching(/^\d+-\d+$/), call: { tool_name: call.tool_name } });
      await stream.return(undefined);
    }
    await expect(client.streamCalls({ tool_name: 'x'.repeat(201) }).next()).rejects.toMatchObject({ status: 422 });
  });

  it('repeats a named call without paying for it twice', async () => {
    const first = await client.callTool(call, { idempotencyKey: 'client-1' });
    expect(await client.callTool(call, { idempotencyKey: 'client-1' })).toEqual({ ...first, replayed: true });
  });

  it('looks after keys', async () => {
    const created = await client.createKey({ key_name: 'library', expires_days: 1 });
    const rotated = await client.rotateKey(created.key_id, 0);
    expect((await client.listKeys()).map(({ id }) => id)).toContain(rotated.key_id);
    expect(await client.revokeKey(rotated.key_id)).toMatchObject({ success: true });
    expect((await client.listKeys({ include_inactive: true })).length).toBeGreaterThan((await client.listKeys()).length);
  });

  it('opens and shows the account, its usage, and what the gateway does', async () => {
    const { mcp_api_key, account } = await client.enableAccount();
    expect(await client.account()).toMatchObject({ id: account.id, credits_tier: 'free' });
    expect((await client.regenerateKey()).mcp_api_key).not.toBe(mcp_api_key);
    expect((await client.callTool(call)).usage.credits_charged).toBe(1);
    expect((await client.usageSummary()).credits_balance).toBe(account.credits_balance - 1);
    await eventually(async () => {
      const { records } = await client.usageHistory({ page_size: 1, tool_name: 'get_daily_bars' });
      expect(records[0]).toMatchObject({ credits_charged: 1, transport: 'rest' });
    });
    expect((await client.usageStats({ days: 7 })).daily_stats).toHaveLength(7);
    const { keys } = await client.usageByKey({ days: 7 });
    expect(keys).toContainEqual(expect.objectContaining({ api_key_id: '', api_key_name: null, call_count: expect.any(Number) }));
    const { series } = await client.usageSeries({ group_by: 'tool' });
    expect(series[0]).toMatchObject({ key: 'get_daily_bars', total: { p50_ms: expect.any(Number) } });
    expect((await client.allUsageSeries({ group_by: 'user' })).series).not.toEqual([]);
    expect((await client.listCalls({ tool_name: 'get_daily_bars' })).records[0]).toMatchObject({
      user_email: expect.any(String),
    });
    const { transactions } = await client.creditHistory();
    expect(transactions.map(({ transaction_type }) => transaction_type)).toEqual(['usage', 'monthly_refill']);
    const read = (file: ReadableStream<Uint8Array>) => new Response(file).text();
    expect((await read(await client.exportCredits({ format: 'ndjson' }))).match(/\n/g)).toHaveLength(2);
    expect(await read(await client.exportUsage({ format: 'csv', tool_name: 'none' }))).toMatch(/^created_at,[^\r]*\r\n$/);
    expect(await read(await client.exportUsageStats({ format: 'csv', days: 7 }))).toContain(',get_daily_bars,daily_bars,');
    await expect(client.exportUsage({ format: 'csv', start_date: 'x' })).rejects.toMatchObject({ status: 422 });
    expect((await client.health()).status).toBe('healthy');
    expect((await client.stats()).total_requests).toBeGreaterThan(10);
  });

  it('registers, shows and removes upstream servers', async () => {
    const { id } = await client.registerServer({ template_name: 'file-server', config: { base_path: folder } });
    expect((await client.getServer(id)).template_name).toBe('file-server');
    expect((await client.listServers({ include_health: true })).map((server) => server.id)).toEqual([id]);
    expect(await client.removeServer(id)).toBeUndefined();
    expect(await client.listServers()).toEqual([]);
    await expect(client.getServer(id)).rejects.toMatchObject({ status: 404 });
  });

  it("throws what the gateway says, with the request's name in its log", async () => {
    const stranger = new GatewayClient(gateway.restUrl);
    await expect(stranger.login('admin@localhost', 'wrong')).rejects.toMatchObject({ errorCode: 'INVALID_CREDENTIALS' });
    const error = await stranger.listTools().catch((thrown: unknown) => thrown as GatewayError);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ status: 401, errorCode: 'UNAUTHORIZED', requestId: expect.any(String) });
    const reader = new GatewayClient(gateway.restUrl, {
      apiKey: (await client.createKey({ permissions: ['gateway:read'] })).api_key,
    });
    await expect(reader.callTool(call)).rejects.toMatchObject({ requiredPermissions: ['tools:call'] });
  });
});

it('the types are those of the API document; `npm run openapi` rewrites them', async () => {
  const [document, output] = [join(folder, 'openapi.json'), join(folder, 'types.ts')];
  writeFileSync(document, await (await fetch(`${gateway.restUrl}/openapi.json`)).text());
  await node(join('scripts', 'client-types.mjs'), document, output);
  expect(readFileSync(output, 'utf8')).toBe(readFileSync(join('src', 'client', 'openapi.types.ts'), 'utf8'));
}, 30_000);

it('the built client runs on nothing but what a browser has', async () => {
  const web = { fetch, URLSearchParams, AbortSignal, AbortController, Response, setTimeout, clearTimeout };
  const context = createContext({ ...web });
  const loaded = new Map<string, Module>();
  const load = (path: string): Module => {
    if (!loaded.has(path)) loaded.set(path, new SourceTextModule(readFileSync(path, 'utf8'), { context, identifier: path }));
    return loaded.get(path)!;
  };
  const main = load(resolve('dist', 'client', 'gateway-client.js'));
  await main.link((specifier, { identifier }) => load(resolve(dirname(identifier), specifier)));
  await main.evaluate();
  const { GatewayClient: Client } = main.namespace as { GatewayClient: typeof GatewayClient };
  const inBrowser = new Client(gateway.restUrl, { apiKey: gateway.apiKey });
  expect((await inBrowser.callTool(call)).usage.record_count).toBe(5);
});

it('the example of the README compiles and runs as printed', async () => {
  const data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'example.txt'), 'read through the gateway');
  const { id, name } = await client.registerServer({ template_name: 'file-server', config: { base_path: data } });
  await eventually(async () => expect((await client.getServer(id)).health?.status).toBe('healthy'));
  const [printed] = codeBlocks('README.md', 'ts');
  const code = printed!
    .replace('http://localhost:8000', gateway.restUrl)
    .replace("'password'", `'${gateway.adminPassword}'`)
    .replace("'file-server'", `'${name}'`)
    .replace('/data/example.txt', join(data, 'example.txt'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'tallygate'), 'junction');
  writeFileSync(join(folder, 'example.mts'), code);
  const types = { types: ['node'], typeRoots: [resolve('node_modules', '@types')] };
  const compilerOptions = { strict: true, skipLibCheck: true, module: 'nodenext', target: 'es2023', ...types };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.mts'] }));
  await node(join('node_modules', 'typescript', 'bin', 'tsc'), '-p', folder);
  const output = await node(join(folder, 'example.mjs'));
  expect(output).toMatch(/^Active servers: 1\nTool result: /);
  expect(output).toContain('read through the gateway');
}, 30_000);
