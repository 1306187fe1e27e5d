import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { GatewayProcess, type RestAnswer } from '../support/gateway/gateway-process.js';

let gateway: GatewayProcess;
let userToken: string;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  const user = { username: 'reader', email: 'reader@example.com', password: 'a long password' };
  await gateway.rest('POST', '/auth/users', user);
  const login = await gateway.rest('POST', '/api/auth/login', { email: user.email, password: user.password }, null);
  userToken = login.json.access_token as string;
}, 60_000);
afterAll(() => gateway.destroy());

const bars = {
  server_id: 'stock-data',
  tool_name: 'get_daily_bars',
  arguments: { symbol: '^GSPC', start_date: '2008-09-15', end_date: '2008-09-19' },
};
const call = (body: object, token?: string | null) => gateway.rest('POST', '/tools/call', body, token);

async function keyWith(body: object): Promise<string> {
  return (await gateway.rest('POST', '/api/mcp-keys/create', body)).json.api_key as string;
}

describe('tools over REST', () => {
  it('are those of MCP, with where each is and what it costs', async () => {
    const { status, json } = await gateway.rest('GET', '/tools', undefined, userToken);
    const overMcp = (await gateway.mcp('tools/list')).json.result.tools as { name: string; inputSchema: object }[];
    expect(status).toBe(200);
    expect(json.tools.map(({ name }: { name: string }) => name)).toEqual(overMcp.map(({ name }) => name));
    const listed = json.tools.find(({ name }: { name: string }) => name === 'get_daily_bars');
    expect(listed).toMatchObject({ server_id: 'stock-data', price: 1, table_name: 'daily_bars' });
    expect(listed.input_schema).toEqual(overMcp.find(({ name }) => name === 'get_daily_bars')!.inputSchema);
  });

  it('answer the same over both, and are recorded alike', async () => {
    const overRest = await call(bars);
    const overMcp = await gateway.call(bars.tool_name, bars.arguments);
    expect(overRest.status).toBe(200);
    expect(overRest.json.structured_content).toEqual(overMcp.json.result.structuredContent);
    expect(overRest.json.usage).toMatchObject({ record_count: 5, table_name: 'daily_bars' });
    await eventually(async () => {
      const { json } = await gateway.rest('GET', '/api/mcp-usage/history?tool_name=get_daily_bars');
      const { records } = json as { records: { transport: string; record_count: number }[] };
      expect(records.map(({ transport }) => transport).sort()).toEqual(['http', 'rest']);
      expect(records.every(({ record_count }) => record_count === 5)).toBe(true);
    });
  });

  it('take a login token, and an API key either way', async () => {
    expect((await call(bars, userToken)).status).toBe(200);
    expect((await call(bars, gateway.apiKey)).status).toBe(200);
    const headers = { 'x-API-key': gateway.apiKey, 'content-type': 'application/json' };
    const answer = await fetch(`${gateway.restUrl}/tools/call`, { method: 'POST', headers, body: JSON.stringify(bars) });
    expect(answer.status).toBe(200);
  });
});

describe('a call that cannot be made says why', () => {
  const problem = ({ status, json }: RestAnswer) => [status, json.error_code];

  it.each([
    ['unknown server', { ...bars, server_id: 'nowhere' }, 404, 'NOT_FOUND'],
    ['unknown tool', { ...bars, tool_name: 'nothing' }, 404, 'UNKNOWN_TOOL'],
    ["another server's tool", { ...bars, tool_name: 'greet' }, 404, 'UNKNOWN_TOOL'],
    ['arguments of a wrong type', { ...bars, arguments: { symbol: 1 } }, 400, 'INVALID_INPUT'],
    ['a reversed range', { ...bars, arguments: { ...bars.arguments, end_date: '2001-01-01' } }, 400, 'INVALID_INPUT'],
    ['arguments that are no object', { ...bars, arguments: [1] }, 422, 'VALIDATION_ERROR'],
    ['an unknown field', { ...bars, command: 'rm' }, 422, 'VALIDATION_ERROR'],
    ['nothing at all', {}, 422, 'VALIDATION_ERROR'],
  ])('%s', async (_, body, status, code) => {
    const answer = await call(body);
    expect(problem(answer)).toEqual([status, code]);
    expect(answer.json.request_id).toBe(answer.headers.get('x-request-id'));
  });

  it('names missing fields as the source does', async () => {
    const { json } = await call({ tool_name: 'x' });
    expect(json.detail).toEqual([{ loc: ['body', 'server_id'], msg: 'field required', type: 'value_error.missing' }]);
  });

  it('without a credential, or a wrong one', async () => {
    expect(problem(await call(bars, null))).toEqual([401, 'UNAUTHORIZED']);
    expect(problem(await call(bars, `sk-${'0'.repeat(50)}`))).toEqual([401, 'UNAUTHORIZED']);
  });
});

describe('what a caller may do', () => {
  it('is decided by the scopes of the key', async () => {
    const reader = await keyWith({ permissions: ['gateway:read'] });
    const refused = await call(bars, reader);
    expect([refused.status, refused.json.required_permissions]).toEqual([403, ['tools:call']]);
    expect((await gateway.rest('GET', '/tools', undefined, reader)).status).toBe(403);
    expect((await gateway.rest('GET', '/stats', undefined, reader)).status).toBe(200);
    const stats = await gateway.rest('GET', '/stats', undefined, await keyWith({ permissions: ['tools:call'] }));
    expect([stats.status, stats.json.required_permissions]).toEqual([403, ['gateway:read']]);
  });

  it("is narrowed by the key's tools: others do not exist for it", async () => {
    const key = await keyWith({ allowed_tools: ['get_daily_bars'] });
    const { json } = await gateway.rest('GET', '/tools', undefined, key);
    expect([json.total, json.tools[0].name]).toEqual([1, 'get_daily_bars']);
    expect((await call(bars, key)).status).toBe(200);
    expect((await call({ server_id: 'stock-data', tool_name: 'list_datasets' }, key)).json.error_code).toBe('UNKNOWN_TOOL');
    expect((await call({ server_id: 'examples', tool_name: 'greet' }, key)).json.error_code).toBe('NOT_FOUND');
  });

  it('is shown for a key before it is given to anybody: to its owner and to an admin', async () => {
    const made = await gateway.rest('POST', '/api/mcp-keys/create', { allowed_tools: ['get_daily_bars'] }, userToken);
    const seen = async (who?: string) => {
      const { status, json } = await gateway.rest('GET', `/tools?as_key=${made.json.key_id}`, undefined, who);
      return [status, json.tools?.map(({ name }: { name: string }) => name)];
    };
    expect(await seen(userToken)).toEqual([200, ['get_daily_bars']]);
    expect(await seen()).toEqual([200, ['get_daily_bars']]);
    const other = await gateway.rest('POST', '/api/mcp-keys/create', { allowed_tools: ['list_datasets'] }, userToken);
    expect(await seen(other.json.api_key as string)).toEqual([200, []]);
    const own = (await gateway.rest('POST', '/api/mcp-keys/create', {})).json.key_id as string;
    expect((await gateway.rest('GET', `/tools?as_key=${own}`, undefined, userToken)).status).toBe(404);
    expect((await gateway.rest('GET', '/tools?as_key=nonsense', undefined, userToken)).status).toBe(422);
  });

  it('is limited, and every limited answer says how far; an admin is not limited', async () => {
    const key = await keyWith({ rate_limit_per_hour: 2 });
    const answers = [await call(bars, key), await call(bars, key), await call(bars, key)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['1', '0', '0']);
    expect(answers[2]!.json.error_code).toBe('RATE_LIMITED');
    expect(Number(answers[2]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call(bars, userToken)).headers.get('x-ratelimit-limit')).toBe('1000');
    expect((await call(bars)).headers.get('x-ratelimit-limit')).toBeNull();
  });
});

describe('GET /stats', () => {
  it('has the fields of the source and counts requests to both listeners', async () => {
    const before = (await gateway.rest('GET', '/stats')).json;
    expect(before).toEqual({
      uptime: expect.any(Number),
      total_requests: expect.any(Number),
      active_servers: 0,
      healthy_servers: 0,
      load_balancer: { strategy: 'round_robin', total_requests: 0, requests_per_server: {} },
    });
    await gateway.mcp('ping');
    const after = (await gateway.rest('GET', '/stats')).json;
    expect(after.total_requests - before.total_requests).toBe(2);
  });
});
