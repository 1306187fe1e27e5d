import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { request } from 'undici';
import { AccountsModule } from '../../src/accounts/accounts.module.js';
import { ClickHouseModule } from '../../src/clickhouse/clickhouse.module.js';
import { GatewayApiModule } from '../../src/gateway-api/gateway-api.module.js';
import { McpGatewayModule } from '../../src/mcp-gateway/mcp-gateway.module.js';
import { McpListener } from '../../src/mcp-gateway/transport/mcp-listener.js';
import { Sources } from '../../src/tools/catalog/sources.service.js';
import type { ToolSource } from '../../src/tools/source/tool-source.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { testConfig } from '../support/gateway/test-config.js';

jest.setTimeout(60_000);

/** How often each part of a result was made into JSON. */
const writings = { content: 0, structured: 0, meta: 0 };
const counted = <Value extends object>(part: keyof typeof writings, value: Value): Value =>
  Object.defineProperty({ ...value }, 'toJSON', { value: () => ((writings[part] += 1), value) });

const usage = { recordCount: 1, tableName: '' };
const block = () => counted('content', { type: 'text', text: 'Größe "1"' });
const meta = () => ({ 'test/more': counted('meta', { n: 1 }), 'tallygate/usage': 'forged', 'tallygate/replayed': true });
const RESULT = { content: [{ type: 'text', text: 'Größe "1"' }], structuredContent: { rows: 3 } };

const source: ToolSource = {
  name: 'counting',
  onChange: () => undefined,
  tools: () => [
    {
      name: 'count',
      title: '',
      description: '',
      inputSchema: { type: 'object' },
      price: 0,
      tableName: '',
      call: () =>
        Promise.resolve({ content: [block()], structuredContent: counted('structured', { rows: 3 }), meta: meta(), usage }),
    },
  ],
  resources: () => [
    {
      uri: 'count://1',
      name: 'one',
      tableName: '',
      read: (uri) => Promise.resolve({ contents: [counted('content', { uri, text: 'one' })], usage }),
    },
  ],
  prompts: () => [
    {
      name: 'ask',
      description: 'Asks "it"',
      get: () => Promise.resolve({ messages: [{ role: 'user', content: block() as never }], usage }),
    },
  ],
};

let app: NestExpressApplication;
let database: TestDatabase;
let clickhouse: TestClickHouse;
let mcpUrl: string;
let restUrl: string;

beforeAll(async () => {
  [clickhouse, database] = await Promise.all([startTestClickHouse(), createTestDatabase()]);
  const config = testConfig({
    database_url: database.url,
    clickhouse_url: clickhouse.url,
    host: '127.0.0.1',
    mcp_port: 0,
    auth: { enabled: false },
  });
  app = await startRestApp(config, [ClickHouseModule, AccountsModule, GatewayApiModule, McpGatewayModule]);
  app.get(Sources).register(source);
  mcpUrl = `http://127.0.0.1:${(await app.get(McpListener).listen((_, response) => response.end())).port}/messages`;
  await app.listen(0, '127.0.0.1');
  restUrl = await app.getUrl();
});
afterAll(async () => {
  await app.close();
  await Promise.all([database.drop(), clickhouse.stop()]);
});

async function post(url: string, body: object, key?: string) {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...(key && { 'idempotency-key': key }) };
  Object.assign(writings, { content: 0, structured: 0, meta: 0 });
  const answer = await request(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { type: answer.headers['content-type'], text: await answer.body.text() };
}

async function mcp(method: string, params: object, key?: string): Promise<Record<string, unknown>> {
  const { text } = await post(mcpUrl, { jsonrpc: '2.0', id: 1, method, params }, key);
  return (JSON.parse(text) as { result: Record<string, unknown> }).result;
}

const COSTS = { record_count: 1, table_name: '', credits_charged: 0, credits_remaining: null, duration_ms: expect.any(Number) };

describe('What a tool gave is made into JSON once', () => {
  it('for the answer on port 8001 and for its idempotency key together', async () => {
    const first = await mcp('tools/call', { name: 'count' }, 'mcp-1');
    expect(writings).toEqual({ content: 1, structured: 1, meta: 1 });
    expect(first).toMatchObject({ ...RESULT, _meta: { 'test/more': { n: 1 }, 'tallygate/usage': COSTS } });
    const again = await mcp('tools/call', { name: 'count' }, 'mcp-1');
    expect(writings).toEqual({ content: 0, structured: 0, meta: 0 });
    expect(again).toEqual({ ...first, _meta: { ...(first['_meta'] as object), 'tallygate/replayed': true } });
  });

  it('for REST, whose answer is JSON by its header too', async () => {
    const asked = { server_id: 'counting', tool_name: 'count' };
    const first = await post(`${restUrl}/tools/call`, asked, 'rest-1');
    expect(writings).toEqual({ content: 1, structured: 1, meta: 1 });
    const { structuredContent: structured_content, content } = RESULT;
    const body = { ...asked, content, structured_content, is_error: false, usage: COSTS };
    expect(first.type).toBe('application/json; charset=utf-8');
    expect(JSON.parse(first.text)).toEqual(body);
    const again = await post(`${restUrl}/tools/call`, asked, 'rest-1');
    expect(writings).toEqual({ content: 0, structured: 0, meta: 0 });
    expect(JSON.parse(again.text)).toEqual({ ...body, replayed: true });
  });

  it('for the read of a resource', async () => {
    const read = await mcp('resources/read', { uri: 'count://1' }, 'read-1');
    expect(writings.content).toBe(1);
    expect(read).toMatchObject({ contents: [{ uri: 'count://1', text: 'one' }], _meta: { 'tallygate/usage': COSTS } });
  });

  it('for a prompt', async () => {
    const got = await mcp('prompts/get', { name: 'ask' }, 'prompt-1');
    expect(writings.content).toBe(1);
    expect(got).toMatchObject({ description: 'Asks "it"', messages: [{ role: 'user', content: RESULT.content[0] }] });
  });
});

it('An answer says what it cost once, and that it was given before only if it was, whatever a tool says', async () => {
  const { text } = await post(mcpUrl, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'count' } });
  expect(text.match(/tallygate\/usage/g)).toHaveLength(1);
  expect(text).not.toContain('forged');
  expect(text).not.toContain('tallygate/replayed');
});
