import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createToken } from '../../src/api-keys/keys/api-key-token.js';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { Connections, isRefused } from '../support/clients/connections.js';
import { startClickHouseServer } from '../support/databases/test-clickhouse.js';
import { TcpProxy } from '../support/databases/tcp-proxy.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** What ports 8000 and 8001 must not decide differently: each rule is held against both. */
jest.setTimeout(60_000);
const PORTAL = 'https://portal.example.com';
const SETTINGS = { cors_origins: [PORTAL], stock_data: { enabled: false } };

const folder = temporaryFolder('both-ports');
const engine = new EmbeddedPostgres(join(folder, 'engine'));
let clickhouse: Awaited<ReturnType<typeof startClickHouseServer>>;
let wayToDatabase: TcpProxy;
let gateway: GatewayProcess;

beforeAll(async () => {
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, JSON.stringify(SETTINGS)); // JSON is YAML
  clickhouse = await startClickHouseServer();
  wayToDatabase = new TcpProxy(new URL((await engine.start()).url));
  gateway = await GatewayProcess.start({
    env: {
      GATEWAY_CONFIG: config,
      GATEWAY_DATABASE_URL: await wayToDatabase.start(),
      GATEWAY_CLICKHOUSE_URL: clickhouse.url,
      GATEWAY_SECRET_KEY: 'a secret that is long enough for a test',
    },
  });
}, 120_000);
afterAll(async () => {
  await gateway?.destroy();
  await wayToDatabase.stop();
  await Promise.all([clickhouse.stop(), engine.stop()]);
}, 60_000);

type Headers = Record<string, string>;

/** A port, as a caller with a key meets it. */
interface Port {
  name: string;
  url: () => string;
  /** The smallest request that needs a key. */
  ask: (headers: Headers) => Promise<Response>;
  /** One that needs PostgreSQL, whatever is in memory. */
  askDatabase: () => Promise<Response>;
}

const PORTS: Port[] = [
  {
    name: 'REST',
    url: () => `${gateway.restUrl}/tools/call`,
    ask: (headers) => fetch(`${gateway.restUrl}/tools`, { headers }),
    askDatabase: async () => fetch(`${gateway.restUrl}/api/auth/me`, { headers: bearer(await gateway.token()) }),
  },
  {
    name: 'MCP',
    url: () => gateway.mcpUrl,
    ask: (headers) => post('tools/list', headers),
    askDatabase: () => post('tools/call', bearer(gateway.apiKey), { name: 'greet', arguments: { name: 'you' } }),
  },
];

const JSON_BODY = { 'content-type': 'application/json' };
const bearer = (credential: string): Headers => ({ authorization: `Bearer ${credential}` });

function post(method: string, headers: Headers, params: object = {}): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return fetch(gateway.mcpUrl, { method: 'POST', headers: { ...JSON_BODY, ...headers }, body });
}

const createKey = async (options: object = {}): Promise<string> =>
  (await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'k', ...options })).json.api_key;

/** The line of a request in the access log. */
const lineOf = (requestId: string) => {
  const lines = gateway.log.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Record<string, unknown>] : []));
  return lines.find((line) => line['context'] === 'Http' && line['requestId'] === requestId);
};

describe.each(PORTS)('on the port of $name', ({ name, url, ask, askDatabase }) => {
  describe('a request', () => {
    it('keeps the id its caller gave it, and gets one where that could do harm', async () => {
      for (const credential of [gateway.apiKey, 'wrong']) {
        const given = await ask({ ...bearer(credential), 'x-request-id': 'trace:42/a' });
        expect(given.headers.get('x-request-id')).toBe('trace:42/a');
      }
      const replaced = await ask({ ...bearer(gateway.apiKey), 'x-request-id': '<script>' });
      expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      const nowhere = await fetch(new URL('/nowhere', url()), { headers: { 'x-request-id': 'lost' } });
      expect([nowhere.status, nowhere.headers.get('x-request-id')]).toEqual([404, 'lost']);
    });

    it('that is refused is a line of the log, without its query', async () => {
      const requestId = `refused-${name}`;
      await fetch(`${url()}?token=hush`, { method: 'POST', headers: { 'x-request-id': requestId } });
      const line = await eventually(() => lineOf(requestId) ?? Promise.reject(new Error('No line')));
      expect(line).toMatchObject({
        level: 'info',
        method: 'POST',
        path: new URL(url()).pathname,
        durationMs: expect.any(Number),
      });
      expect(line['msg']).toContain(`POST ${String(line['path'])} ${String(line['status'])}`);
      expect(JSON.stringify(line)).not.toContain('hush');
    });

    it('that is routine and went well is one at the level debug', async () => {
      const call = (requestId: string) => callTool(name, { ...bearer(gateway.apiKey), 'x-request-id': requestId });
      await call(`unseen-${name}`);
      await gateway.rest('PUT', '/api/admin/log-level', { level: 'info', contexts: [{ context: 'Http', level: 'debug' }] });
      await call(`seen-${name}`);
      await eventually(() => expect(lineOf(`seen-${name}`)).toMatchObject({ level: 'debug', status: 200 }));
      await gateway.rest('PUT', '/api/admin/log-level', { level: 'info' });
      expect(lineOf(`unseen-${name}`)).toBeUndefined();
      if (name === 'MCP') expect(lineOf('seen-MCP')!['operation']).toBe('tools/call greet');
    });
  });

  describe('a key', () => {
    const spellings: [string, (key: string) => Headers][] = [
      ['X-API-Key', (key) => ({ 'X-API-Key': key })],
      ['x-api-key', (key) => ({ 'x-api-key': key })],
      ['a bearer', bearer],
      ['a bearer in other letters', (key) => ({ authorization: `bEARER ${key}` })],
      ['a bearer behind any white space', (key) => ({ authorization: `Bearer\t  ${key}` })],
      ['Authorization alone', (key) => ({ authorization: key })],
      ['a bearer beside an empty X-API-Key', (key) => ({ 'X-API-Key': '', ...bearer(key) })],
      ['X-API-Key beside an empty Authorization', (key) => ({ 'X-API-Key': key, authorization: '' })],
      ['X-API-Key beside a bearer of nothing', (key) => ({ 'X-API-Key': key, authorization: 'Bearer ' })],
      ['X-API-Key beside another credential', (key) => ({ 'X-API-Key': key, authorization: 'Bearer nonsense' })],
    ];
    it.each(spellings)('may come as %s', async (_, spell) => {
      expect((await ask(spell(gateway.apiKey))).status).toBe(200);
    });

    it('is asked for where none came', async () => {
      const { status, headers } = await ask({});
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer realm="tallygate", error_description="[^"]+"$/);
    });

    it.each<[string, Headers]>([
      ['an unknown one', bearer(createToken('sk-').token)],
      ['a mistyped one', bearer(`sk-${'a'.repeat(50)}`)],
      ['an unknown one alone', { authorization: createToken('mcp_').token }],
      ['an empty one', { 'x-api-key': '' }],
      ['an empty one beside a wrong one', { 'x-api-key': '', ...bearer('hello') }],
      ['what is no key', bearer('hello')],
      ['a bearer of nothing', { authorization: 'Bearer' }],
      ['another scheme', { authorization: 'Basic YTpi' }],
    ])('that is wrong is called so: %s', async (_, headers) => {
      const answer = await ask(headers);
      const challenge = /^Bearer realm="tallygate", error="invalid_token", error_description="[^"]+"$/;
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(challenge)]);
    });

    it('that has spent its limit is refused in the same words and headers', async () => {
      const headers = bearer(await createKey({ rate_limit_per_hour: 1 }));
      expect((await ask(headers)).headers.get('ratelimit-policy')).toBe('"hourly";q=1;w=3600');
      const refused = await ask(headers);
      const retryAfter = Number(refused.headers.get('retry-after'));
      expect(refused.status).toBe(429);
      expect(retryAfter).toBeGreaterThan(3_500);
      expect(Object.fromEntries(refused.headers)).toMatchObject({
        'x-ratelimit-limit': '1',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': expect.stringMatching(/^\d+$/),
        ratelimit: `"hourly";r=0;t=${retryAfter}`,
      });
      expect(await refused.text()).toContain('Rate limit of 1 requests an hour reached.');
    });
  });

  describe('a page in a browser', () => {
    it('of an allowed origin may read what answers say in headers', async () => {
      const { headers } = await ask({ ...bearer(gateway.apiKey), origin: PORTAL });
      expect(headers.get('access-control-allow-origin')).toBe(PORTAL);
      expect(headers.get('vary')).toContain('Origin');
      const exposed = headers.get('access-control-expose-headers')!.split(',');
      expect(exposed).toEqual(expect.arrayContaining(['WWW-Authenticate', 'X-Request-Id', 'RateLimit', 'RateLimit-Policy']));
      expect(exposed).toEqual(expect.arrayContaining(['Retry-After', 'Mcp-Session-Id', 'X-RateLimit-Remaining']));
    });

    it('of an allowed origin may send what it asks to send, and need not ask again', async () => {
      const wanted = 'authorization,content-type,mcp-param-region,traceparent,x-request-id';
      const { status, headers } = await preflight(url(), PORTAL, wanted);
      expect(status).toBe(204);
      expect(Object.fromEntries(headers)).toMatchObject({
        'access-control-allow-origin': PORTAL,
        'access-control-allow-headers': wanted,
        'access-control-allow-methods': expect.stringContaining('POST'),
        'access-control-max-age': '86400',
      });
    });

    it('of another origin may do nothing', async () => {
      const evil = 'https://evil.example.com';
      for (const answer of [
        await preflight(url(), evil, 'authorization'),
        await ask({ ...bearer(gateway.apiKey), origin: evil }),
      ])
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    });

    it('of another origin is refused on the port of MCP, which has no pages, and may not read on that of REST', async () => {
      for (const path of [new URL(url()).pathname, '/health', '/nowhere']) {
        const answer = await fetch(new URL(path, url()), { headers: { origin: 'https://evil.example.com' } });
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
        if (name === 'REST') expect(answer.status).not.toBe(403);
        else expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('GATEWAY_CORS_ORIGINS')]);
      }
    });
  });

  it.each(['/health', '/livez', '/readyz'])('%s is answered in the same words, by one answer and one line', async (path) => {
    const answer = await fetch(new URL(path, url()), { headers: { 'x-request-id': 'probe' } });
    const { status } = (await answer.json()) as { status: string };
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([200, 'probe']);
    expect(status).toBe(path === '/health' ? 'healthy' : 'ok');
    expect((await fetch(new URL(path, url()), { method: 'HEAD' })).status).toBe(200);
    const before = (await gateway.rest('GET', '/metrics')).text;
    await fetch(new URL(path, url()));
    const counted = (text: string) => Number(/^tallygate_http_requests_total (\d+)$/m.exec(text)![1]);
    expect(counted((await gateway.rest('GET', '/metrics')).text) - counted(before)).toBe(2);
  });

  it('while PostgreSQL is away: 503, and the same time to come back', async () => {
    await gateway.token();
    wayToDatabase.cut();
    await eventually(async () => {
      const { status, headers } = await askDatabase();
      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    });
    const probe = await fetch(new URL('/readyz', url()));
    expect([probe.status, await probe.json()]).toEqual([503, { status: 'unavailable' }]);
    wayToDatabase.restore();
    await eventually(async () => expect((await askDatabase()).status).toBe(200), 30_000);
  });

  it('requests are counted', async () => {
    const total = async () => /^tallygate_http_requests_total (\d+)$/m.exec((await gateway.rest('GET', '/metrics')).text)![1];
    const before = Number(await total());
    await ask(bearer(gateway.apiKey));
    expect(Number(await total())).toBe(before + 2);
  });
});

function preflight(url: string, origin: string, headers: string): Promise<Response> {
  const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': headers };
  return fetch(url, { method: 'OPTIONS', headers: { origin, ...asked } });
}

function callTool(port: string, headers: Headers): Promise<Response> {
  const call = { name: 'greet', arguments: { name: 'you' } };
  if (port === 'MCP') return post('tools/call', headers, call);
  const body = JSON.stringify({ server_id: 'examples', tool_name: call.name, arguments: call.arguments });
  return fetch(`${gateway.restUrl}/tools/call`, { method: 'POST', headers: { ...headers, ...JSON_BODY }, body });
}

it('a stop refuses new connections, answers what is open once more, closes what was never used, and ends with 0', async () => {
  const urls = PORTS.map(({ url }) => url());
  const connections = urls.map((url) => new Connections(url));
  await Promise.all(connections.map((one) => one.use()));
  const ended = gateway.end();
  for (const url of urls) await eventually(async () => expect(await isRefused(url)).toBe(true));
  for (const heard of await Promise.all(connections.map((one) => one.finish()))) {
    const [busy, kept, unused] = heard;
    expect(busy).toMatch(/^HTTP\/1\.1 4\d\d [^]*\}$/);
    expect(kept).toMatch(/^HTTP\/1\.1 404 [^]*Connection: close/);
    expect(unused).toBe('');
  }
  expect(await ended).toBe(0);
});
