import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { McpStream, modernMeta } from '../support/gateway/streaming-gateway.js';
import { sendRaw } from '../support/clients/raw-http.js';

/** MCP as clients send it, at its own port and at source 001's address beside REST: the same code, and the same answers. */
let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
}, 60_000);
afterAll(() => gateway.destroy());

type Headers = Record<string, string>;
const META = 'io.modelcontextprotocol/';
const PLACES = [
  ['its own port', () => gateway.mcpUrl],
  ['the port of REST', () => `${gateway.restUrl}/mcp`],
] as const;

describe.each(PLACES)('at %s', (_place, url) => {
  const post = async (body: string, headers: Headers = {}, to = url()) => {
    const sent = { 'content-type': 'application/json', authorization: `Bearer ${gateway.apiKey}`, ...headers };
    const answer = await fetch(to, { method: 'POST', headers: sent, body });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: text.startsWith('{') ? JSON.parse(text) : {} };
  };
  const message = (method: string, params?: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const greet = message('tools/call', { name: 'greet', arguments: { name: 'A' } });
  const HELLO = { status: 200, text: expect.stringContaining('Hello, A!') };

  /** Both eras, as each asks. */
  const legacy = (method: string, params?: object) => post(message(method, params));
  const modern = (method: string, params: object = {}) => {
    const meta = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: {}, progressToken: null };
    const name = (params as { name?: string }).name;
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(name && { 'mcp-name': name }) };
    return post(message(method, { ...params, _meta: meta }), headers);
  };

  it.each(['/mcp', '/mcp/', '//mcp', '/messages', '/messages/', '//messages/', '/mcp?x=1', '/mcp/?x=1'])(
    'a call is taken at %s',
    async (path) => {
      expect(await post(greet, {}, new URL(url()).origin + path)).toMatchObject(HELLO);
    },
  );

  it.each<[string, (port: string) => string]>([
    ['the whole URL', (port) => `http://127.0.0.1:${port}/mcp`],
    ['the whole URL with a slash at its end and a query', (port) => `HTTP://localhost:${port}/mcp/?a=b`],
  ])('a request may have %s as its target', async (_, target) => {
    const { port } = new URL(url());
    const head = `POST ${target(port)} HTTP/1.1\r\nHost: localhost:${port}\r\nX-API-Key: ${gateway.apiKey}\r\n`;
    const rest = `Content-Type: application/json\r\nContent-Length: ${greet.length}\r\nConnection: close\r\n\r\n${greet}`;
    expect(await sendRaw(url(), head + rest)).toMatchObject(HELLO);
  });

  it('a request may be of HTTP/1.0, without a Host', async () => {
    const lines = `POST /mcp HTTP/1.0\r\nX-API-Key: ${gateway.apiKey}\r\nContent-Type: application/json\r\n`;
    const { text } = await sendRaw(url(), `${lines}Content-Length: ${greet.length}\r\n\r\n${greet}`);
    expect(text).toContain('Hello, A!');
  });

  it('a byte order mark is no part of the message', async () => {
    expect(await post(`\ufeff${greet}`)).toMatchObject(HELLO);
  });

  it.each<[string, Headers]>([
    ['an empty X-API-Key beside a bearer', { 'x-api-key': '' }],
    ['headers of tools and traces', { 'mcp-param-region': 'eu', traceparent: '00-x', 'x-request-id': 'mine' }],
  ])('%s are no obstacle', async (_, headers) => {
    expect(await post(greet, headers)).toMatchObject(HELLO);
  });

  it('a key may come as X-API-Key beside an empty Authorization', async () => {
    expect(await post(greet, { 'x-api-key': gateway.apiKey, authorization: '' })).toMatchObject(HELLO);
  });

  describe.each([
    ['legacy', legacy],
    ['modern', modern],
  ] as const)('null is not given, %s', (_era, ask) => {
    it.each(['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list'])(
      'as the cursor of %s',
      async (method) => {
        const { status, json } = await ask(method, { cursor: null });
        expect([status, json.error]).toEqual([200, undefined]);
      },
    );

    it('as arguments of a tool, and as one of them', async () => {
      expect((await ask('tools/call', { name: 'timestamp', arguments: null })).json.result.isError).toBeUndefined();
      const bars = { name: 'get_daily_bars', arguments: { symbol: '^GSPC', start_date: null, end_date: null, limit: null } };
      expect((await ask('tools/call', bars)).json.result.isError).toBeUndefined();
      const { json } = await ask('tools/call', { name: 'greet', arguments: { name: null } });
      expect(json.result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('"name" is required') }] });
    });

    it('as arguments of a prompt, and of a completion', async () => {
      const prompt = await ask('prompts/get', { name: 'analyze_symbol', arguments: { symbol: '^GSPC', start_date: null } });
      expect([prompt.json.error, prompt.json.result?.messages.length > 0]).toEqual([undefined, true]);
      const ref = { type: 'ref/prompt', name: 'analyze_symbol', title: null, uri: null };
      const complete = { ref, argument: { name: 'symbol', value: '^G' }, context: null };
      expect((await ask('completion/complete', complete)).json.result.completion.values).toContain('^GSPC');
      const filled = { ...complete, context: { arguments: null } };
      expect((await ask('completion/complete', filled)).json.error).toBeUndefined();
    });
  });

  it.each([
    ['tools/call', 'name'],
    ['prompts/get', 'name'],
    ['resources/read', 'uri'],
  ])('what must be there and is null is missing: %s', async (method, name) => {
    const { json } = await legacy(method, { [name]: null });
    expect(json.error).toMatchObject({ code: -32602, message: `Invalid params: "${name}" is missing` });
  });

  it('null is not given: as parameters, and in a first round of a modern call', async () => {
    for (const method of ['ping', 'tools/list', 'initialize'])
      expect((await post(message(method, null))).json).toHaveProperty('result');
    const asked = { protocolVersion: null, capabilities: null, clientInfo: null, _meta: null };
    expect((await legacy('initialize', asked)).json.result.protocolVersion).toBe('2025-11-25');
    const meta = { [`${META}protocolVersion`]: null, progressToken: null, traceparent: null };
    expect((await legacy('tools/list', { _meta: meta })).json).toHaveProperty('result.tools');
    const round = { name: 'greet', arguments: { name: 'A' }, inputResponses: null, requestState: null };
    expect(await modern('tools/call', round)).toMatchObject(HELLO);
  });

  it('a notification may have a null id, a request may not', async () => {
    expect((await post('{"jsonrpc":"2.0","id":null,"method":"notifications/initialized","params":null}')).status).toBe(202);
    expect((await post('{"jsonrpc":"2.0","id":null,"method":"ping"}')).json.error.code).toBe(-32600);
  });

  it('a key is asked for, told of in the same words, and counted in the same limit', async () => {
    const refused = await post(greet, { authorization: '' });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Bearer')]);
    for (const path of ['/.well-known/oauth-protected-resource/mcp', '/register'])
      expect(await post('{}', {}, new URL(path, url()).href)).toMatchObject({
        json: { error_description: expect.stringContaining('does not use OAuth') },
      });
    const { json: key } = await gateway.rest('POST', '/api/mcp-keys/create', { rate_limit_per_hour: 2 });
    const by = { authorization: `Bearer ${key.api_key as string}` };
    const statuses = [];
    for (const [, place] of [...PLACES, ...PLACES]) statuses.push((await post(greet, by, place())).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
  });

  it('says no more of itself than MCP does, and that a GET needs a session', async () => {
    const { status, headers } = await fetch(url(), { headers: { authorization: `Bearer ${gateway.apiKey}` } });
    expect([status, headers.get('allow'), headers.get('x-powered-by')]).toEqual([405, 'POST, OPTIONS', null]);
  });
});

it('probes of the port of MCP may end in a slash', async () => {
  for (const path of ['/health/', '/livez/', '/readyz/']) expect((await fetch(new URL(path, gateway.mcpUrl))).status).toBe(200);
});

it('what is not of MCP stays REST', async () => {
  for (const path of ['/', '/mcp/x', '/messages2', '/docs/mcp'])
    expect(await (await fetch(gateway.restUrl + path, { method: 'POST' })).json()).toHaveProperty('error_code');
});

it('a stream on the port of REST ends with its result when the gateway stops, which waits for it', async () => {
  const params = { notifications: { toolsListChanged: true }, _meta: modernMeta() };
  const place = { mcpUrl: `${gateway.restUrl}/mcp`, apiKey: gateway.apiKey };
  const stream = await McpStream.open(place, { method: 'subscriptions/listen', params });
  expect(await stream.next()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
  const ended = gateway.end();
  expect(await stream.rest()).toEqual([expect.objectContaining({ id: 7, result: expect.anything() })]);
  expect(await ended).toBe(0);
});

describe('where the operator keeps MCP to its own port', () => {
  let alone: GatewayProcess;
  beforeAll(async () => {
    alone = await GatewayProcess.start({ env: { GATEWAY_MCP_ON_REST_PORT: 'false' } });
  }, 60_000);
  afterAll(() => alone.destroy());

  it('the port of REST has no such path', async () => {
    for (const path of ['/mcp', '/messages', '/register'])
      expect((await fetch(alone.restUrl + path, { method: 'POST' })).status).toBe(404);
    expect((await alone.mcp('tools/list')).status).toBe(200);
  });
});
