import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { sendRaw } from '../support/clients/raw-http.js';
import { endpoints, type Endpoint } from '../support/docs/openapi-walk.js';
import { GatewayProcess, type RestAnswer } from '../support/gateway/gateway-process.js';
import { hasPython } from '../support/python/python-program.js';
import { pythonRequests, type PythonRequest } from '../support/python/python-requests.js';

/** Every endpoint of REST, asked as programs ask it: what they leave empty or null they have not given. */
interface Model {
  properties?: Record<string, { nullable?: boolean }>;
}
const { components } = JSON.parse(readFileSync('openapi.json', 'utf8')) as { components: { schemas: Record<string, Model> } };
const PASSWORD = 'a long enough password';
let gateway: GatewayProcess;
let made = 0;
let accountId: number;
let userId: string;

beforeAll(async () => {
  gateway = await GatewayProcess.start({ env: { GATEWAY_REGISTRATION: 'open' } });
  await gateway.rest('POST', '/api/mcp/enable');
  accountId = (await gateway.rest('GET', '/api/admin/mcp/accounts')).json.accounts[0].id as number;
  userId = (await gateway.rest('POST', '/auth/users', person())).json.id as string;
}, 60_000);
afterAll(() => gateway.destroy());

const person = () => {
  made += 1;
  return { username: `person${made}`, email: `person${made}@example.com`, password: PASSWORD };
};
const newKey = async () => (await gateway.rest('POST', '/api/mcp-keys/create', {})).json.key_id as string;
const newServer = async () =>
  (await gateway.rest('POST', '/servers', { template_name: 'http', config: { url: 'http://8.8.8.8:1/mcp' } })).json.id as string;

/** What an endpoint with required members is sent at least. */
const LEAST: Record<string, () => object | Promise<object>> = {
  'POST /api/auth/login': () => ({ email: 'admin@localhost', password: gateway.adminPassword }),
  'POST /api/auth/register': person,
  'POST /auth/users': person,
  'POST /auth/api-keys': () => ({ name: 'python', permissions: ['tools:call'] }),
  'POST /api/mcp-keys/revoke': async () => ({ key_id: await newKey() }),
  'POST /api/mcp-keys/rotate': async () => ({ key_id: await newKey() }),
  'POST /api/admin/keys/{id}/revoke': () => ({ reason: 'lost' }),
  'POST /tools/call': () => ({ server_id: 'examples', tool_name: 'timestamp' }),
  'POST /servers': () => ({ template_name: 'http', config: { url: 'http://8.8.8.8:1/mcp', bearer_token: null } }),
  'POST /servers/{id}/tools': () => ({ tool_name: 'nothing', pin: 'nothing' }),
  'POST /api/admin/mcp/accounts/{id}/add-credits': () => ({ amount: 1, reason: 'thanks' }),
  'PUT /api/admin/mcp/accounts/{id}/tier': () => ({ tier: 'free' }),
  'PUT /api/admin/mcp/accounts/{id}/active': () => ({ is_active: true }),
  'PUT /api/admin/users/{id}/password': () => ({ password: PASSWORD }),
  'PUT /api/admin/log-level': () => ({ level: 'info' }),
  // Of nobody: the admin's own stays.
  'PUT /api/auth/password': () => ({ current_password: 'wrong', new_password: PASSWORD }),
};

const JSON_TYPE = 'application/json';
const nameOf = ({ method, path }: Endpoint) => `${method} ${path}`;
/** A synthetic market of the default size takes minutes. */
const everywhere = endpoints().filter(({ path }) => !path.endsWith('/synthetic'));
const table = everywhere.map((endpoint) => [nameOf(endpoint), endpoint] as const);
const withJson = table.filter(([, { body }]) => body?.type === JSON_TYPE && '$ref' in body.schema);
// A stream of calls has no end, so it is asked elsewhere.
const withQuery = table.filter(
  ([, { path, parameters }]) => parameters.some((one) => one.in === 'query') && !path.endsWith('/stream'),
);

/** With a thing of its own in the path, since some are ended. */
async function urlOf({ method, path }: Endpoint): Promise<string> {
  const id = path.includes('/accounts/') ? String(accountId) : path.includes('/users/') ? await userFor(method) : '';
  const filled = path.replace('{dataset}', 'daily_bars');
  if (!path.includes('{id}')) return filled;
  return filled.replace('{id}', id || (await (path.startsWith('/servers') ? newServer() : newKey())));
}
const userFor = async (method: string) =>
  method === 'DELETE' ? ((await gateway.rest('POST', '/auth/users', person())).json.id as string) : userId;

const optionalsOf = ({ body }: Endpoint): string[] => {
  const { properties = {} } = components.schemas[(body!.schema as { $ref: string }).$ref.split('/').at(-1)!]!;
  return Object.entries(properties).flatMap(([name, { nullable }]) => (nullable ? [name] : []));
};
const leastFor = async (endpoint: Endpoint): Promise<Record<string, unknown>> => ({ ...(await LEAST[nameOf(endpoint)]?.()) });
const ask = async (endpoint: Endpoint, body?: object, query = ''): Promise<RestAnswer> =>
  gateway.rest(endpoint.method, (await urlOf(endpoint)) + query, body);

describe('null in JSON', () => {
  it.each(withJson)('%s takes it for nothing in each member that may be left out', async (_, endpoint) => {
    const plain = await ask(endpoint, await leastFor(endpoint));
    const nulls = Object.fromEntries(optionalsOf(endpoint).map((name) => [name, null]));
    const { status, json } = await ask(endpoint, { ...nulls, ...(await leastFor(endpoint)) });
    expect([status, Object.keys(json as object)]).toEqual([plain.status, Object.keys(plain.json as object)]);
    expect(status).toBeLessThan(500);
  });

  it.each(withJson.filter(([, endpoint]) => LEAST[nameOf(endpoint)]))(
    '%s calls it missing in the others',
    async (_, endpoint) => {
      const names = Object.keys(await leastFor(endpoint)).filter((name) => !optionalsOf(endpoint).includes(name));
      const { status, json } = await ask(endpoint, Object.fromEntries(names.map((name) => [name, null])));
      const missing = names.map((name) => ({ loc: ['body', name], msg: 'field required', type: 'value_error.missing' }));
      expect([status, json.detail]).toEqual([422, expect.arrayContaining(missing)]);
    },
  );

  it('makes no key that is dead from birth', async () => {
    const [service, user] = [
      await gateway.rest('POST', '/auth/api-keys', { name: 'k', permissions: ['tools:call'], expires_at: null }),
      await gateway.rest('POST', '/api/mcp-keys/create', { key_name: null, expires_days: null, allowed_tools: null }),
    ];
    for (const { status, json } of [service, user]) {
      expect([status < 300, json.expires_at]).toEqual([true, null]);
      expect((await gateway.call('greet', { name: 'A' }, json.api_key as string)).json.result.isError).toBeUndefined();
    }
    expect(user.json.key_name).toBe('API key');
  });

  it('leaves alone what a change does not give, and `clear` takes a bound off', async () => {
    const { json: key } = await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'kept', expires_days: 3 });
    const url = `/api/mcp-keys/${key.key_id as string}`;
    const kept = await gateway.rest('PATCH', url, { key_name: null, expires_at: null, clear: null });
    expect(kept.json).toMatchObject({ key_name: 'kept', expires_at: key.expires_at });
    expect((await gateway.rest('PATCH', url, { expires_at: null, clear: ['expires_at'] })).json.expires_at).toBeNull();
  });

  it('is as good as no body, and as no argument of a tool', async () => {
    expect((await gateway.rest('POST', '/api/mcp-keys/create', null)).json.key_name).toBe('API key');
    const call = {
      server_id: 'stock-data',
      tool_name: 'get_daily_bars',
      arguments: { symbol: '^GSPC', start_date: null, limit: null },
    };
    expect((await gateway.rest('POST', '/tools/call', call)).status).toBe(200);
    const nameless = { server_id: 'examples', tool_name: 'greet', arguments: { name: null } };
    const { status, json } = await gateway.rest('POST', '/tools/call', nameless);
    expect([status, json.detail]).toEqual([400, expect.stringContaining('"name" is required')]);
  });
});

describe('a query', () => {
  it.each(withQuery)('%s takes empty parameters for absent', async (_, endpoint) => {
    if (endpoint.body) return; // a file, which is imported elsewhere
    const names = endpoint.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
    const plain = await ask(endpoint);
    const { status, json } = await ask(endpoint, undefined, `?${names.map((name) => `${name}=`).join('&')}`);
    expect([status, Object.keys(json as object)]).toEqual([plain.status, Object.keys(plain.json as object)]);
  });

  it.each(withQuery)('%s reads flags as they are written, and says what a number must be', async (_, endpoint) => {
    if (endpoint.body) return;
    for (const { name, schema } of endpoint.parameters.filter((one) => one.in === 'query')) {
      if (schema['type'] === 'boolean')
        for (const flag of ['true', 'True', 'TRUE', '1', 'yes', 'on', 'false', 'False', '0', 'no', 'off'])
          expect([name, flag, (await ask(endpoint, undefined, `?${name}=${flag}`)).status]).toEqual([name, flag, 200]);
      if (schema['type'] !== 'integer') continue;
      const { status, json } = await ask(endpoint, undefined, `?${name}=seven`);
      expect([status, json.detail[0].msg]).toEqual([422, `${name} must be an integer`]);
    }
  });

  it('means what its flags say', async () => {
    const id = await newKey();
    await gateway.rest('POST', '/api/mcp-keys/revoke', { key_id: id });
    const listed = async (flag: string) =>
      (await gateway.rest('GET', `/api/mcp-keys/list?include_inactive=${flag}`)).text.includes(id);
    for (const flag of ['True', '1', 'yes', 'on']) expect([flag, await listed(flag)]).toEqual([flag, true]);
    for (const flag of ['False', '0', 'no', 'off', '']) expect([flag, await listed(flag)]).toEqual([flag, false]);
  });
});

describe('a path', () => {
  it.each(table.filter(([, { method }]) => method === 'GET'))('%s may end in a slash', async (_, endpoint) => {
    const url = gateway.restUrl + (await urlOf(endpoint));
    const headers = { authorization: `Bearer ${await gateway.token()}` };
    const [plain, slash] = [await fetch(url, { headers }), await fetch(`${url}/`, { headers })];
    expect(slash.status).toBe(plain.status);
  });

  it('of a form or a body may end in a slash too', async () => {
    const form = new URLSearchParams({ username: 'admin@localhost', password: gateway.adminPassword });
    expect((await fetch(`${gateway.restUrl}/auth/login/`, { method: 'POST', body: form })).status).toBe(200);
    expect((await gateway.rest('POST', '/api/mcp-keys/create/', {})).status).toBe(200);
  });

  it('may stand in its whole URL, as for a proxy', async () => {
    const head = `GET ${gateway.restUrl}/api/mcp-keys/list/?include_inactive=1 HTTP/1.1\r\nHost: localhost\r\n`;
    const { text } = await sendRaw(
      gateway.restUrl,
      `${head}Authorization: Bearer ${await gateway.token()}\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*"keys":/);
  });
});

(hasPython() ? describe : describe.skip)("Python's requests", () => {
  const asPython = async (endpoint: Endpoint, parts: Partial<PythonRequest> = {}): Promise<PythonRequest> => ({
    method: endpoint.method,
    url: gateway.restUrl + (await urlOf(endpoint)),
    headers: { authorization: `Bearer ${await gateway.token()}` },
    ...parts,
  });
  const statusesOf = async (requests: PythonRequest[]) => (await pythonRequests(requests)).map(({ status }) => status);

  it('send JSON with None in it, and no body for json=None', async () => {
    const sent: PythonRequest[] = [];
    const expected: number[] = [];
    for (const [, endpoint] of withJson) {
      const nulls = Object.fromEntries(optionalsOf(endpoint).map((name) => [name, null]));
      expected.push((await ask(endpoint, await leastFor(endpoint))).status);
      sent.push(await asPython(endpoint, { json: { ...nulls, ...(await leastFor(endpoint)) } }));
    }
    expect(await statusesOf(sent)).toEqual(expected);
    const create = everywhere.find((one) => nameOf(one) === 'POST /api/mcp-keys/create')!;
    expect(await statusesOf([await asPython(create, { json: null }), await asPython(create)])).toEqual([200, 200]);
  }, 120_000);

  it('send True and False in a query, and leave out None', async () => {
    const sent: PythonRequest[] = [];
    for (const [, endpoint] of withQuery.filter(([, { method }]) => method === 'GET'))
      for (const flag of [true, false, null]) {
        const flags = endpoint.parameters.filter(({ schema }) => schema['type'] === 'boolean').map(({ name }) => [name, flag]);
        sent.push(await asPython(endpoint, { params: { ...Object.fromEntries(flags), page: undefined } }));
      }
    expect(new Set(await statusesOf(sent))).toEqual(new Set([200]));
  }, 120_000);

  it('are told that a form is no JSON, except by the login that takes one', async () => {
    const sent: PythonRequest[] = [];
    for (const [, endpoint] of withJson) {
      sent.push(await asPython(endpoint, { data: { name: 'x' } }), await asPython(endpoint, { files: { file: 'x' } }));
    }
    const answers = await pythonRequests(sent);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([415]));
    for (const { text } of answers) expect(text).toContain('Content-Type: application/json');
    const login = { method: 'POST', url: `${gateway.restUrl}/auth/login` };
    const credentials = { username: 'admin@localhost', password: gateway.adminPassword };
    const form = { ...credentials, grant_type: '', scope: '' };
    expect(
      await statusesOf([
        { ...login, data: form },
        { ...login, json: credentials },
      ]),
    ).toEqual([200, 415]);
  }, 120_000);
});
