import type { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { AccountsModule } from '../../src/accounts/accounts.module.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { ClickHouseModule } from '../../src/clickhouse/clickhouse.module.js';
import { GatewayApiModule } from '../../src/gateway-api/gateway-api.module.js';
import { publicToolName } from '../../src/servers/registry/tool-name.js';
import { ToolCatalog } from '../../src/tools/catalog/tool-catalog.service.js';
import { Sources } from '../../src/tools/catalog/sources.service.js';
import type { CallContext } from '../../src/tools/source/call-context.js';
import { ToolInputError, type Tool, type ToolResult } from '../../src/tools/source/tool-source.js';
import { createUser } from '../support/gateway/key-replica.js';
import { eventually } from '../support/eventually.js';
import { startRestApp } from '../support/gateway/rest-app.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { testConfig } from '../support/gateway/test-config.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

const ok: ToolResult = {
  content: [{ type: 'text', text: 'ok' }],
  structuredContent: { rows: 3 },
  usage: { recordCount: 3, tableName: 'bars' },
};
let runs = 0;
let gone: Cancellation | undefined;

const BEHAVIOUR: Record<string, (context: CallContext) => Promise<ToolResult>> = {
  works: () => Promise.resolve(ok),
  says_no: () => Promise.resolve({ ...ok, isError: true }),
  refuses_input: () => Promise.reject(new ToolInputError('start is after end')),
  breaks: () => Promise.reject(new Error('password=hunter2')),
  hangs: ({ cancellation }) => new Promise(() => (gone = cancellation)),
};

const tool = (name: string, price: number): Tool => ({
  name,
  title: name,
  description: `It ${name}`,
  inputSchema: { type: 'object', properties: { n: { type: 'integer' } }, additionalProperties: false },
  price,
  tableName: 'bars',
  call: (_, context) => {
    runs += 1;
    return BEHAVIOUR[name.replace('pool__', '')]!(context);
  },
});

let app: NestExpressApplication;
let database: TestDatabase;
let clickhouse: TestClickHouse;

beforeAll(async () => {
  [clickhouse, database] = await Promise.all([startTestClickHouse(), createTestDatabase()]);
  const config = testConfig({
    database_url: database.url,
    clickhouse_url: clickhouse.url,
    tools: { timeout_seconds: 0.3 },
    tiers: { free: 3 },
    // What was recorded stays in the outbox, to be looked at.
    usage: { delivery_interval_ms: 60_000 },
  });
  app = await startRestApp(config, [ClickHouseModule, AccountsModule, GatewayApiModule]);
  const fakes = Object.keys(BEHAVIOUR).map((name) => tool(name, 2));
  app.get(Sources).register({ name: 'fakes', tools: () => fakes, onChange: () => undefined });
  app.get(Sources).register({ name: 'pool', tools: () => [tool('pool__works', 0)], onChange: () => undefined });
  const bare = { ...tool('works', 0), name: publicToolName('bare', 'works.well', false) };
  app.get(Sources).register({ name: 'bare', tools: () => [bare], onChange: () => undefined });
});
afterAll(async () => {
  await app.close();
  await clickhouse.stop();
  await database.drop();
});

const bearer = ({ userId }: Principal) =>
  `Bearer ${new JwtService().sign({ sub: userId }, { secret: testConfig().values.auth.secret_key, expiresIn: '5m' })}`;
const newUser = () => createUser(database.dataSource, 'user');

function call(who: Principal, tool_name: string, args?: object, headers: Record<string, string> = {}) {
  const body = { server_id: 'fakes', tool_name, ...(args && { arguments: args }) };
  return request(app.getHttpServer()).post('/tools/call').set('Authorization', bearer(who)).set(headers).send(body);
}

async function enabled(): Promise<Principal> {
  const who = await newUser();
  await request(app.getHttpServer()).post('/api/mcp/enable').set('Authorization', bearer(who)).expect(200);
  return who;
}

async function balance(who: Principal): Promise<number> {
  const { body } = await request(app.getHttpServer()).get('/api/mcp/account').set('Authorization', bearer(who)).expect(200);
  return (body as { credits_balance: number }).credits_balance;
}

describe('POST /tools/call', () => {
  it('answers with what the tool said and what it cost', async () => {
    const { body } = await call(await enabled(), 'works', { n: 1 }).expect(200);
    expect(body).toEqual({
      server_id: 'fakes',
      tool_name: 'works',
      content: [{ type: 'text', text: 'ok' }],
      structured_content: { rows: 3 },
      is_error: false,
      usage: {
        record_count: 3,
        table_name: 'bars',
        credits_charged: 2,
        credits_remaining: 1,
        duration_ms: expect.any(Number),
      },
    });
  });

  it('is charged and recorded like a call over MCP', async () => {
    const who = await enabled();
    await call(who, 'works', {}, { 'User-Agent': 'test/1' }).expect(200);
    expect(await balance(who)).toBe(1);
    const [{ body }] = (await database.dataSource.query<{ body: string }[]>(
      'SELECT body FROM mcp.usage_outbox ORDER BY tx DESC, seq DESC LIMIT 1',
    )) as [{ body: string }];
    expect(JSON.parse(body)).toMatchObject({ tool_name: 'works', transport: 'rest', client_name: 'test/1', credits_charged: 2 });
  });

  it('is 402 without enough credits, and the tool does not run', async () => {
    const who = await enabled();
    await call(who, 'works').expect(200);
    const before = runs;
    const { body } = await call(who, 'works').expect(402);
    expect(body).toMatchObject({ error_code: 'INSUFFICIENT_CREDITS', detail: 'Insufficient credits: need 2, have 1.' });
    expect([runs, await balance(who)]).toEqual([before, 1]);
  });

  it.each([
    ['breaks', {}, 502, 'BACKEND_ERROR', /Nothing was charged/],
    ['hangs', {}, 504, 'BACKEND_TIMEOUT', /did not answer within 0.3 s/],
    ['refuses_input', {}, 400, 'INVALID_INPUT', /start is after end/],
    ['works', { n: 'x' }, 400, 'INVALID_INPUT', /"n" must be integer/],
    ['works', { x: 1 }, 400, 'INVALID_INPUT', /"x" is not a known argument/],
  ])('of a tool that %s on %j is %i and costs nothing', async (name, args, status, error_code, words) => {
    const who = await enabled();
    const { body } = await call(who, name, args).expect(status);
    expect(body).toMatchObject({ error_code, detail: expect.stringMatching(words), request_id: expect.any(String) });
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(await balance(who)).toBe(3);
  });

  it('whose tool ran and says no is an answer, and charged', async () => {
    const who = await enabled();
    const { body } = await call(who, 'says_no').expect(200);
    expect(body).toMatchObject({ is_error: true, usage: { credits_charged: 2 } });
  });

  it('tells the tool when the caller has gone', async () => {
    gone = undefined;
    const leaving = call(await newUser(), 'hangs');
    leaving.then(
      () => undefined,
      () => undefined,
    );
    await eventually(() => Promise.resolve(expect(gone).toBeDefined()));
    leaving.abort();
    await eventually(() => Promise.resolve(expect(gone!.isCancelled).toBe(true)));
  });

  it("reaches a tool of a pool by its name in MCP and by its server's own", async () => {
    const who = await newUser();
    for (const [server_id, tool_name] of [
      ['pool', 'works'],
      ['pool', 'pool__works'],
      ['bare', 'works.well'],
    ]) {
      const body = { server_id, tool_name };
      await request(app.getHttpServer()).post('/tools/call').set('Authorization', bearer(who)).send(body).expect(200);
    }
    await call(who, 'pool__works').expect(404);
  });

  it('runs and costs once under one Idempotency-Key', async () => {
    const who = await enabled();
    const first = await call(who, 'works', { n: 1 }, { 'Idempotency-Key': 'k-1' }).expect(200);
    const before = runs;
    const again = await call(who, 'works', { n: 1 }, { 'Idempotency-Key': 'k-1' }).expect(200);
    expect(again.body).toEqual({ ...(first.body as object), replayed: true });
    expect([runs, await balance(who)]).toEqual([before, 1]);
    const other = await call(who, 'works', { n: 2 }, { 'Idempotency-Key': 'k-1' }).expect(409);
    expect(other.body).toMatchObject({ error_code: 'CONFLICT' });
    await call(who, 'works', {}, { 'Idempotency-Key': 'a b' }).expect(400);
  });
});

describe('GET /tools', () => {
  it('has everything a caller needs to call', async () => {
    const { body } = await request(app.getHttpServer())
      .get('/tools')
      .set('Authorization', bearer(await newUser()))
      .expect(200);
    const { tools, total } = body as { tools: { name: string }[]; total: number };
    expect(total).toBe(tools.length);
    expect(tools.find(({ name }) => name === 'works')).toEqual({
      name: 'works',
      title: 'works',
      description: 'It works',
      server_id: 'fakes',
      price: 2,
      table_name: 'bars',
      input_schema: tool('works', 2).inputSchema,
      definition_bytes: expect.any(Number),
      definition_tokens: expect.any(Number),
    });
  });

  it('says how the caller used each tool, where that is asked for', async () => {
    const who = await newUser();
    const list = request(app.getHttpServer()).get('/tools?include_usage=true').set('Authorization', bearer(who));
    const { body } = await list.expect(200);
    const { tools } = body as { tools: object[] };
    for (const one of tools) expect(one).toMatchObject({ calls_30d: 0, p95_ms: null, last_called_at: null });
  });

  it('says how long each definition is that a client of MCP loads', async () => {
    const who = await newUser();
    const { body } = await request(app.getHttpServer()).get('/tools').set('Authorization', bearer(who)).expect(200);
    const listed = JSON.parse(app.get(ToolCatalog, { strict: false }).listFor(who).json) as { name: string }[];
    const sizes = listed.map((one) => [one.name, Buffer.byteLength(JSON.stringify(one))]);
    const { tools } = body as { tools: { name: string; definition_bytes: number; definition_tokens: number }[] };
    expect(tools.map(({ name, definition_bytes }) => [name, definition_bytes])).toEqual(sizes);
    for (const one of tools) expect(one.definition_tokens).toBe(Math.ceil(one.definition_bytes / 4));
  });
});
