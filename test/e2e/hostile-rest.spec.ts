import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess, type RestAnswer } from '../support/gateway/gateway-process.js';
import { runs, type Known } from '../support/clients/hostile-values.js';
import { documentedAnswer } from '../support/docs/documented-answers.js';
import { endpoints, requestsTo, type Endpoint, type HostileRequest } from '../support/docs/openapi-walk.js';
import { FROM_PORTAL } from '../support/docs/wrong-requests.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A walk over the committed API document: every endpoint, odd values in every place, as everybody and as nobody. */
const MARK = 'belongs-to-the-victim';
const PASSWORD = 'a long enough password';

interface Person {
  token: string;
  keyId: string;
  apiKey: string;
  accountId: number;
}

let gateway: GatewayProcess;
let victim: Person;
let attacker: Person;
const unlimited = '{ user_per_hour: 1000000, api_key_per_hour: 1000000, failures_per_address: 1000000 }';

beforeAll(async () => {
  const config = join(temporaryFolder('hostile'), 'gateway.yaml');
  writeFileSync(config, `limits: ${unlimited}\nusage: { delivery_interval_ms: 50 }\n`);
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config, GATEWAY_REGISTRATION: 'open' } });
  [victim, attacker] = [await person(MARK), await person('attacker')];
  const call = { server_id: 'examples', tool_name: 'greet', arguments: { name: MARK } };
  await send(
    { method: 'POST', url: '/tools/call', headers: { 'idempotency-key': MARK }, body: JSON.stringify(call) },
    victim.token,
  );
  await eventually(async () => {
    const { json } = await gateway.rest('GET', '/api/mcp-usage/history', undefined, victim.token);
    expect(json.total).toBe(1);
  });
}, 180_000);
afterAll(() => gateway.destroy());

async function person(name: string): Promise<Person> {
  await gateway.rest('POST', '/auth/users', { username: name, email: `${name}@example.com`, password: PASSWORD });
  const token = await signIn(name);
  const { json: key } = await gateway.rest('POST', '/api/mcp-keys/create', { key_name: name }, token);
  const { json: enabled } = await gateway.rest('POST', '/api/mcp/enable', undefined, token);
  return { token, keyId: key.key_id, apiKey: key.api_key, accountId: enabled.account.id };
}

async function signIn(email: string, password = PASSWORD): Promise<string> {
  const { json } = await gateway.rest('POST', '/api/auth/login', { email, password }, null);
  return json.access_token as string;
}

async function send(request: HostileRequest, credential?: string | Record<string, string>): Promise<RestAnswer> {
  const auth = typeof credential === 'string' ? { authorization: `Bearer ${credential}` } : credential;
  const { method, body } = request;
  const headers = { 'content-type': 'application/json', ...request.headers, ...auth };
  const response = await fetch(gateway.restUrl + request.url, { method, headers, ...(body !== undefined && { body }) });
  // A stream of calls has no end.
  const isEndless = response.headers.get('content-type') === 'text/event-stream';
  const text = isEndless ? (await response.body!.cancel(), '') : await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
  documentedAnswer(method, request.url, { status: response.status, headers: response.headers, text });
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
}

/** What every answer promises: a failure is the caller's and is told in the one form. */
function expectProper({ status, headers, json, text }: RestAnswer): void {
  if (status >= 500) throw new Error(`${status}: ${text}`);
  if (status < 400) return;
  // A file with rejected lines is answered with its report (docs/datasets.md).
  if (status === 422 && json.status === 'rejected') return;
  expect(json).toMatchObject({ error_code: expect.stringMatching(/^[A-Z_]+$/), request_id: headers.get('x-request-id') });
  expect(typeof json.detail === 'string' || Array.isArray(json.detail) || typeof json.detail.code === 'string').toBe(true);
  expect(text).not.toMatch(/ at .+\.js:\d+|node_modules|SELECT |QueryFailedError/);
}

const known = (people: Person[]): Known => ({
  key_id: people.map(({ keyId }) => keyId),
  api_key_id: people.map(({ keyId }) => keyId),
  id: [...people.map(({ accountId }) => accountId), 'http-1'],
  dataset: ['daily_bars', 'symbols'],
  template_name: ['http', 'file-server'],
  server_id: ['stock-data', 'examples'],
  tool_name: ['greet', 'add', 'get_latest_bars', 'search_symbols'],
  tier: ['free', 'pro'],
  email: ['attacker', `${MARK}@example.com`],
  username: ['attacker', MARK],
});

const isForAdmins = ({ method, path }: Endpoint) =>
  path.startsWith('/api/admin/') || path === '/auth/users' || (path.startsWith('/servers') && method !== 'GET');

const everywhere = endpoints();
const reached = new Set<string>();
const nameOf = ({ method, path }: Endpoint) => `${method} ${path}`;
const table = everywhere.map((endpoint) => [nameOf(endpoint), endpoint] as const);
/** Makes a market of 100 000 rows when it is not given a size. */
const isExpensive = ({ path }: Endpoint) => path.endsWith('/synthetic');
const guarded = table.filter(([, { needsAuth }]) => needsAuth);

/** The route was found and its guards let the request through. */
function note(endpoint: Endpoint, { status, json }: RestAnswer): void {
  const isElsewhere = status === 405 || String(json.detail).startsWith('No such endpoint');
  if (!isElsewhere && ![401, 403].includes(status)) reached.add(nameOf(endpoint));
}

const plain = ({ method, path }: Endpoint): HostileRequest => ({
  method,
  url: path.replaceAll(/\{\w+\}/g, '1'),
  headers: {},
});

const jwt = (header: object, claims: object, secret: string): string => {
  const [head, body] = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const signature = secret && createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${signature}`;
};

function garbage(): Record<string, string>[] {
  const { sub } = JSON.parse(Buffer.from(victim.token.split('.')[1]!, 'base64url').toString()) as { sub: string };
  const claims = { sub, exp: Math.floor(Date.now() / 1_000) + 3_600 };
  const bearers = [
    'null',
    jwt({ alg: 'none', typ: 'JWT' }, claims, ''),
    jwt({ alg: 'HS256', typ: 'JWT' }, claims, 'another secret'),
    jwt({ alg: 'HS256', typ: 'JWT' }, { ...claims, role: 'admin', email: 'admin@localhost' }, 'secret'),
    `${victim.token.slice(0, -4)}AAAA`,
    `${victim.apiKey.slice(0, -1)}${victim.apiKey.endsWith('0') ? 1 : 0}`,
    'sk-',
    'x'.repeat(8_000),
    'a.b.c',
  ];
  return [
    {},
    { 'x-api-key': '' },
    { 'x-api-key': 'null' },
    { authorization: 'Bearer' },
    { authorization: 'Basic YWRtaW46YWRtaW4=' },
    { cookie: `token=${victim.token}` },
    ...bearers.map((token) => ({ authorization: `Bearer ${token}` })),
  ];
}

describe('without a valid credential', () => {
  it.each(guarded)('%s is refused', async (_, endpoint) => {
    for (const credential of garbage()) {
      const answer = await send(plain(endpoint), credential);
      expectProper(answer);
      expect([credential, answer.status]).toEqual([credential, 401]);
    }
  });
});

describe("with a user's token and other people's ids", () => {
  it.each(table)(
    '%s shows nothing of theirs',
    async (_, endpoint) => {
      // Of its own, as one of the endpoints ends the token it is called with.
      const token = await signIn('attacker');
      const attempt = async (request: HostileRequest) => {
        const answer = await send(request, token);
        expectProper(answer);
        // 400: what is no JSON is refused before anybody asks who sent it.
        if (isForAdmins(endpoint)) expect([400, 403]).toContain(answer.status);
        else note(endpoint, answer);
        const echo = request.url + (request.body ?? '');
        for (const secret of [MARK, victim.apiKey, victim.keyId])
          if (!echo.includes(secret)) expect(answer.text).not.toContain(secret);
      };
      await fc.assert(fc.asyncProperty(requestsTo(endpoint, known([victim])), attempt), runs(6));
    },
    60_000,
  );

  it('an answer kept for their idempotency key stays theirs', async () => {
    const call = { server_id: 'examples', tool_name: 'greet', arguments: { name: 'somebody' } };
    const request = { method: 'POST', url: '/tools/call', headers: { 'idempotency-key': MARK }, body: JSON.stringify(call) };
    const answer = await send(request, attacker.token);
    expect([answer.status, answer.text.includes(MARK)]).toEqual([200, false]);
  });

  it('nothing of theirs has changed', async () => {
    const { json: keys } = await gateway.rest('GET', '/api/mcp-keys/list', undefined, victim.token);
    expect(keys.keys.map((key: { id: string }) => key.id)).toContain(victim.keyId);
    const { json: history } = await gateway.rest('GET', '/api/mcp-usage/history', undefined, victim.token);
    expect(history.total).toBe(1);
    expect((await gateway.mcp('tools/list', {}, victim.apiKey)).status).toBe(200);
  });
});

describe.each([
  ['an admin', 8, () => signIn('admin@localhost', gateway.adminPassword)],
  ["a user's API key", 2, () => Promise.resolve(attacker.apiKey)],
])('with the credential of %s', (_, times, credential) => {
  it.each(table)(
    '%s never fails, whatever it is given',
    async (_name, endpoint) => {
      const token = await credential();
      const attempt = async (request: HostileRequest) => {
        const answer = await send(request, token);
        expectProper(answer);
        note(endpoint, answer);
      };
      await fc.assert(
        fc.asyncProperty(requestsTo(endpoint, known([attacker])), attempt),
        runs(isExpensive(endpoint) ? 3 : times),
      );
    },
    60_000,
  );
});

it('a session is asked for and ended with its cookie alone', async () => {
  const signIn = { method: 'POST', url: '/api/auth/session', body: JSON.stringify({ email: MARK, password: PASSWORD }) };
  const begun = await send({ ...signIn, headers: FROM_PORTAL });
  const cookie = { ...FROM_PORTAL, cookie: begun.headers.get('set-cookie')!.split(';')[0]! };
  for (const [name, endpoint] of table
    .filter(([, { path }]) => path === '/api/auth/session')
    .filter(([name]) => !/POST/.test(name))) {
    const answer = await send(plain(endpoint), cookie);
    expectProper(answer);
    expect([name, answer.status < 300]).toEqual([name, true]);
    note(endpoint, answer);
  }
});

it('every endpoint of the document was reached', () => {
  expect(table.map(([name]) => name).filter((name) => !reached.has(name))).toEqual([]);
});

it('the gateway has nothing to report', () => {
  expect(gateway.child.exitCode).toBeNull();
  expect(gateway.output.split('\n').filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
