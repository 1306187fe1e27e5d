import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { rawPost, sendRaw } from '../support/clients/raw-http.js';

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
}, 60_000);
afterAll(() => gateway.destroy());

const META = 'io.modelcontextprotocol/';
const modernMeta = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: {} };
const modern = (method: string, params: object = {}, headers: Record<string, string> = {}, key?: string | null) =>
  gateway.mcp(method, { ...params, _meta: modernMeta }, key, {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...headers,
  });

describe('without a key', () => {
  it('initialize, ping and notifications are answered, everything else is 401', async () => {
    expect((await gateway.mcp('initialize', { protocolVersion: '2025-11-25' }, null)).json.result.protocolVersion).toBe(
      '2025-11-25',
    );
    expect((await gateway.mcp('ping', {}, null)).json).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    expect((await modern('server/discover', {}, {}, null)).json.result.supportedVersions).toContain('2026-07-28');
    const notification = await gateway.mcpRaw('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    expect([notification.status, notification.text]).toEqual([202, '']);
    for (const method of ['tools/list', 'tools/call', 'resources/list', 'nonsense']) {
      expect((await gateway.mcp(method, {}, null)).status).toBe(401);
    }
  });
});

describe('with a wrong key', () => {
  it.each([
    ['malformed', 'hello'],
    ['mistyped', 'sk-' + 'a'.repeat(50)],
    ['empty', ''],
  ])('%s: every method is 401, initialize included', async (_, key) => {
    for (const method of ['initialize', 'ping', 'tools/list']) {
      const { status, json, headers } = await gateway.mcp(method, {}, key);
      expect(status).toBe(401);
      expect(json.error).toMatchObject({ code: -32001, message: expect.stringMatching(/^Invalid or expired API key/) });
      expect(headers.get('www-authenticate')).toContain('Bearer realm="tallygate", error="invalid_token"');
    }
  });

  it('a login token is no API key', async () => {
    expect((await gateway.mcp('tools/list', {}, await gateway.token())).status).toBe(401);
  });
});

describe('with a key', () => {
  it.each(['X-API-Key', 'x-api-key', 'X-Api-KEY'])('%s works in any casing', async (name) => {
    expect((await gateway.mcp('tools/list', {}, null, { [name]: gateway.apiKey })).status).toBe(200);
  });

  it('every answer to a limited caller says where they stand', async () => {
    const { json: key } = await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'limited', rate_limit_per_hour: 2 });
    const answers = [];
    for (let n = 0; n < 3; n += 1) answers.push(await gateway.mcp('tools/list', {}, key.api_key));
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['1', '0', '0']);
    const last = answers[2]!;
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(last.json.error.data.retryAfterMs).toBe(Number(last.headers.get('retry-after')) * 1000);
  });

  it('a tool that is not on its allow-list does not exist', async () => {
    const { json: key } = await gateway.rest('POST', '/api/mcp-keys/create', {
      key_name: 'narrow',
      allowed_tools: ['list_datasets'],
    });
    const { json: list } = await gateway.mcp('tools/list', {}, key.api_key);
    expect(list.result.tools.map((tool: { name: string }) => tool.name)).toEqual(['list_datasets']);
    const { json: refused } = await gateway.call('search_symbols', { query: 'a' }, key.api_key);
    const { json: unknown } = await gateway.call('no_such_tool', {}, key.api_key);
    expect(refused.error).toMatchObject({ code: -32602, message: 'Unknown tool: search_symbols' });
    expect(unknown.error).toMatchObject({ code: -32602, message: 'Unknown tool: no_such_tool' });
  });
});

describe('HTTP', () => {
  it.each(['GET', 'DELETE', 'PUT'])('%s is 405 before any auth check', async (method) => {
    const response = await fetch(gateway.mcpUrl, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
  });

  const ping = (id = '"x"', params = '{}') => `{"jsonrpc":"2.0","id":${id},"method":"ping","params":${params}}`;
  const KEY_AND_TYPE = () => ({ 'x-api-key': gateway.apiKey, 'content-type': 'application/json' });

  it.each(['/messages', '/messages/', '/mcp', '/mcp/', '//mcp', '/'])('%s is the endpoint', async (path) => {
    const url = new URL(gateway.mcpUrl).origin + path;
    const response = await fetch(url, { method: 'POST', headers: KEY_AND_TYPE(), body: ping() });
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 'x', result: {} });
  });

  it.each(['/mcp/x', '///mcp', '/MCP', '/messages/..', '/%6dcp', '/sse'])('%s is not', async (path) => {
    const bytes = rawPost(gateway.mcpUrl, ping()).replace('/messages', path);
    expect((await sendRaw(gateway.mcpUrl, bytes)).status).toBe(404);
  });

  it('a target that names its host is served', async () => {
    const { text } = await sendRaw(gateway.mcpUrl, rawPost(gateway.mcpUrl, ping()).replace('/messages', gateway.mcpUrl));
    expect(text).toContain('"result":{}');
  });

  it('who accepts nothing but events gets the answer as one', async () => {
    const { status, headers, text } = await gateway.mcpRaw(ping(), { ...KEY_AND_TYPE(), accept: 'text/event-stream' });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(text).toBe('event: message\ndata: {"jsonrpc":"2.0","id":"x","result":{}}\n\n');
    for (const accept of ['text/event-stream, application/json', '*/*', 'text/event-stream, */*;q=0.1']) {
      const json = await gateway.mcpRaw(ping(), { ...KEY_AND_TYPE(), accept });
      expect(json.headers.get('content-type')).toBe('application/json');
    }
  });

  it.each(['0', '""', '9007199254740993', '-9007199254740993', '123456789012345678901234567890', '0.1000000000000000055'])(
    'the id %s comes back as it was sent, alone and in a batch',
    async (id) => {
      const nested = ping(id, '{"id":5,"_meta":{"id":[6,{"id":7}]}}');
      expect((await gateway.mcpRaw(nested)).text).toBe(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
      expect((await gateway.mcpRaw(`[${ping('1')},${nested}]`)).text).toContain(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
      const refused = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":5}}`;
      expect((await gateway.mcpRaw(refused, KEY_AND_TYPE())).text).toContain(`"id":${id},"error":{"code":-32602`);
    },
  );

  it('null is taken for what is absent', async () => {
    const ask = (method: string, params: unknown) =>
      gateway.mcpRaw(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), KEY_AND_TYPE());
    expect((await ask('tools/list', null)).json.result.tools).toBeDefined();
    expect((await ask('tools/list', { cursor: null, _meta: null })).json.result.tools).toBeDefined();
    expect((await ask('tools/call', { name: 'timestamp', arguments: null })).json.result.isError).toBeFalsy();
  });

  it('a body over 4 MiB is 413, announced or not; without a valid key one over 64 KiB is 401', async () => {
    const sizes = [
      [5 * 1_048_576, gateway.apiKey, 413],
      [65_537, null, 401],
      [65_537, 'hello', 401],
      [65_536, null, 200],
      [1_048_576, gateway.apiKey, 200],
    ] as const;
    for (const [bytes, key, status] of sizes) {
      const body = ping() + ' '.repeat(bytes - ping().length);
      const headers = { 'content-type': 'application/json', ...(key !== null && { 'x-api-key': key }) };
      const send = async (sent: RequestInit['body']) =>
        (await fetch(gateway.mcpUrl, { method: 'POST', headers, body: sent, duplex: 'half' } as RequestInit)).status;
      expect([bytes, key, await send(body)]).toEqual([bytes, key, status]);
      expect([bytes, key, await send(new Blob([body]).stream())]).toEqual([bytes, key, status]);
    }
  });

  it.each([
    ['broken JSON', '{"jsonrpc":', 400, -32700],
    ['an empty body', '', 400, -32700],
    ['no JSON-RPC', '{"hello":1}', 400, -32600],
    ['a number', '5', 400, -32600],
    ['a null id', '{"jsonrpc":"2.0","id":null,"method":"ping"}', 400, -32600],
    ['a batch of nonsense', '[[[]]]', 200, -32600],
  ])('%s is answered with an error, and the server lives', async (_, body, status, code) => {
    const answer = await gateway.mcpRaw(body, { 'x-api-key': gateway.apiKey });
    expect([answer.status, answer.json.error?.code ?? answer.json[0]?.error.code]).toEqual([status, code]);
    expect((await gateway.mcp('ping')).status).toBe(200);
  });

  it('what nests deeper than 64 levels is refused under its id, before anything is reserved or recorded', async () => {
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    const callOf = (levels: number) =>
      `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"greet","arguments":{"name":${deep(levels)}}}}`;
    const recorded = async () => (await gateway.rest('GET', '/api/mcp-usage/history')).json.total as number;
    const before = await recorded();
    for (const levels of [62, 4_000, 20_000, 1_000_000]) {
      const { status, json } = await gateway.mcpRaw(callOf(levels), KEY_AND_TYPE());
      const error = { code: -32602, message: 'Invalid params: the message is nested deeper than 64 levels' };
      expect([status, json]).toEqual([200, { jsonrpc: '2.0', id: 7, error }]);
    }
    const inMeta = ping('8', `{"_meta":{"a":${deep(100)}}}`);
    for (const body of [inMeta, `{"jsonrpc":"2.0","id":"a","result":${deep(100)}}`])
      expect((await gateway.mcpRaw(body)).json.error.code).toBe(-32602);
    for (const body of [deep(1_000_000), `[${ping()},${inMeta}]`, '[{"a":'.repeat(100_000)])
      expect((await gateway.mcpRaw(body, KEY_AND_TYPE())).status).toBe(400);
    expect((await gateway.mcpRaw(callOf(61), KEY_AND_TYPE())).json.result.isError).toBe(true);
    expect(await recorded()).toBeLessThanOrEqual(before + 1);
  });

  it('a caller who goes away cancels the call and the next one is served', async () => {
    const caller = new AbortController();
    const request = fetch(gateway.mcpUrl, {
      method: 'POST',
      headers: KEY_AND_TYPE(),
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"screen_symbols","arguments":{}}}',
      signal: caller.signal,
    });
    caller.abort();
    await expect(request).rejects.toThrow();
    expect((await gateway.mcp('ping')).status).toBe(200);
  });
});

describe('legacy clients', () => {
  it('a batch is answered together; one message that needs a key makes all need it', async () => {
    const messages = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'ping' }));
    const batch = JSON.stringify([...messages, { jsonrpc: '2.0', method: 'notifications/initialized' }]);
    expect((await gateway.mcpRaw(batch)).json).toEqual([
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 2, result: {} },
    ]);
    const mixed = JSON.stringify([...messages, { jsonrpc: '2.0', id: 3, method: 'tools/list' }]);
    const refused = await gateway.mcpRaw(mixed);
    expect([refused.status, refused.json]).toMatchObject([
      401,
      { id: null, error: { message: expect.stringMatching(/^API key required/) } },
    ]);
    expect((await gateway.mcpRaw(mixed, { 'x-api-key': gateway.apiKey })).json).toHaveLength(3);
  });

  it('a batch is bounded, not empty, and of 2025-03-26', async () => {
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    expect((await gateway.mcpRaw('[]')).status).toBe(400);
    expect((await gateway.mcpRaw(JSON.stringify(Array(51).fill(ping)))).status).toBe(400);
    expect((await gateway.mcpRaw(JSON.stringify([ping]), { 'mcp-protocol-version': '2025-06-18' })).status).toBe(400);
  });

  it('an unknown method is -32601 in a 200, an unknown version 400', async () => {
    const { status, json } = await gateway.mcp('nothing/list');
    expect([status, json.error.code]).toEqual([200, -32601]);
    expect((await gateway.mcp('ping', {}, undefined, { 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
  });

  it('wrong parameters of tools/call are -32602, wrong arguments a tool error that names them', async () => {
    for (const params of [{}, { name: 5 }, { name: 'list_datasets', arguments: [] }]) {
      expect((await gateway.mcp('tools/call', params)).json.error.code).toBe(-32602);
    }
    const { json } = await gateway.call('get_daily_bars', { symbol: 5 });
    expect(json.result).toMatchObject({ isError: true });
    expect(json.result.content[0].text).toMatch(/^Invalid arguments for get_daily_bars: ".*"/);
  });
});

describe('modern clients', () => {
  it('get result types, and lists that say how long they may be kept', async () => {
    const { json: list } = await modern('tools/list');
    expect(list.result).toMatchObject({ resultType: 'complete', cacheScope: 'private', ttlMs: expect.any(Number) });
    const { json: call } = await modern('tools/call', { name: 'list_datasets', arguments: {} }, { 'mcp-name': 'list_datasets' });
    expect(call.result).toMatchObject({ resultType: 'complete', _meta: { 'tallygate/usage': { credits_charged: 0 } } });
  });

  it('are refused when headers and body disagree', async () => {
    const { status, json } = await modern('tools/call', { name: 'list_datasets' }, { 'mcp-name': 'other' });
    expect([status, json.error.code]).toEqual([400, -32020]);
  });

  it('an unknown method is 404 with -32601, and so are those the revision dropped', async () => {
    for (const method of ['nonsense', 'ping', 'initialize', 'logging/setLevel']) {
      const { status, json } = await modern(method);
      expect([method, status, json.error?.code]).toEqual([method, 404, -32601]);
    }
  });
});

describe('usage of failed calls', () => {
  it('is recorded with its code and without the key that was in its arguments', async () => {
    await gateway.call('search_symbols', { query: 'leak', note: gateway.apiKey });
    await eventually(async () => {
      const { json } = await gateway.rest('GET', '/api/mcp-usage/history?tool_name=search_symbols');
      expect(json.records[0]).toMatchObject({ is_error: true, error_code: 'INVALID_ARGUMENTS' });
      expect(JSON.stringify(json)).not.toContain(gateway.apiKey);
    });
  });
});
