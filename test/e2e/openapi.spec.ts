import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT_REQUESTS } from '../support/docs/account-requests.js';
import { DOCUMENTED, documentedAnswer } from '../support/docs/documented-answers.js';
import { ADMIN_READS, BEYOND, BODY_FOR_NOTHING, GIVEN_ELSEWHERE, NOWHERE } from '../support/docs/openapi-requests.js';
import {
  COMPRESSED,
  FILE,
  FORM,
  FROM_PORTAL,
  GUESSABLE,
  KLINGON,
  NO_UTF8,
  urlOf,
  withoutScope,
} from '../support/docs/wrong-requests.js';
import { endpoints, type Endpoint } from '../support/docs/openapi-walk.js';
import { GatewayProcess, type RestAnswer } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/**
 * What openapi.json promises is given: every operation is called once well and once for each way that any caller can go
 * wrong. Each answer must be as documented, and in the end no documented one may be missing.
 */
const PASSWORD = 'a long enough password';
const BARS = 'symbol,date,open,high,low,close,volume\nOA,2024-01-02,1,2,1,2,10\n';
const seen = new Set<string>();
let gateway: GatewayProcess;
let strict: GatewayProcess;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  const folder = temporaryFolder('openapi');
  writeFileSync(
    join(folder, 'free.yaml'),
    'limits: { user_per_hour: 1000000, failures_per_address: 1000000 }\nservers: { allowed_networks: [127.0.0.0/8] }\n' +
      `notices: { user_webhooks: true, allowed_networks: [127.0.0.0/8], webhooks: [{ name: nobody, url: 'http://127.0.0.1:9/', secret: 'whsec_${'A'.repeat(32)}' }] }\n`,
  );
  writeFileSync(
    join(folder, 'strict.yaml'),
    'limits: { user_per_hour: 1, failures_per_address: 1 }\nportal: { enabled: false }\n',
  );
  const start = (name: string, env = {}) => GatewayProcess.start({ env: { GATEWAY_CONFIG: join(folder, name), ...env } });
  [gateway, strict] = [await start('free.yaml', { GATEWAY_REGISTRATION: 'open' }), await start('strict.yaml')];
  rmSync(folder, { recursive: true });
  tokens['admin'] = await gateway.token();
}, 120_000);
afterAll(() => Promise.all([gateway.destroy(), strict.destroy()]));

interface Sent {
  body?: string | Uint8Array<ArrayBuffer> | undefined;
  headers?: Record<string, string> | undefined;
  to?: GatewayProcess;
}

/** @throws Error for an answer that is not as documented */
async function send(
  method: string,
  url: string,
  token: string | undefined,
  { body, headers, to }: Sent = {},
): Promise<RestAnswer> {
  const auth = token !== undefined && { authorization: `Bearer ${token}` };
  const response = await fetch((to ?? gateway).restUrl + url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...auth, ...headers },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const answer = { status: response.status, headers: response.headers, text, json: {} };
  const name = documentedAnswer(method, url, answer);
  if (name) seen.add(name);
  return { ...answer, json: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {} };
}

const well = async (method: string, url: string, given?: object, who = 'admin') => {
  const { status, json, text } = await send(method, url, tokens[who], { body: given && JSON.stringify(given) });
  if (status >= 300) throw new Error(`${method} ${url}: ${status} ${text}`);
  return json;
};

describe('an operation that goes well is answered as documented', () => {
  it('for people, their tokens and their keys', async () => {
    await well('POST', '/auth/users', { username: 'ada', email: 'ada@example.com', password: PASSWORD });
    await well('POST', '/api/auth/register', { username: 'bob', email: 'bob@example.com', password: PASSWORD });
    tokens['bob'] = (await well('POST', '/api/auth/login', { email: 'bob', password: PASSWORD })).access_token;
    tokens['ada'] = (await well('POST', '/api/auth/login', { email: 'ada', password: PASSWORD })).access_token;
    const form = `username=ada&password=${encodeURIComponent(PASSWORD)}`;
    await send('POST', '/auth/login', undefined, { body: form, headers: FORM });
    await well('GET', '/api/auth/me', undefined, 'ada');
    const key = async (scope: string) =>
      (await well('POST', '/auth/api-keys', { name: scope, permissions: [scope] }, 'ada')).api_key as string;
    [tokens['reader'], tokens['toolUser']] = [await key('gateway:read'), await key('tools:call')];
    // Null is as good as nothing.
    const nothing = { expires_days: null, permissions: null, allowed_tools: null, rate_limit_per_hour: null, key_name: null };
    const { key_id } = await well('POST', '/api/mcp-keys/create', nothing, 'ada');
    const { key_id: next } = await well('POST', '/api/mcp-keys/rotate', { key_id }, 'ada');
    await well('GET', '/api/mcp-keys/list?include_inactive=true', undefined, 'ada');
    await well('GET', `/api/mcp-keys/${next}`, undefined, 'ada');
    await well('PATCH', `/api/mcp-keys/${next}`, { key_name: 'renamed', allowed_tools: null }, 'ada');
    await well('POST', '/api/mcp-keys/revoke', { key_id: next, reason: null }, 'ada');
    const change = { current_password: PASSWORD, new_password: `${PASSWORD} 2` };
    tokens['bob'] = (await well('PUT', '/api/auth/password', change, 'bob')).access_token;
    const same = JSON.stringify({ ...change, current_password: change.new_password });
    expect((await send('PUT', '/api/auth/password', tokens['bob'], { body: same })).status).toBe(400);
    tokens['leaving'] = (await well('POST', '/api/auth/login', { email: 'bob', password: change.new_password })).access_token;
    await well('POST', '/api/auth/logout', undefined, 'leaving');
  });

  it('for people in a browser', async () => {
    const portal = { ...FROM_PORTAL, 'content-type': 'application/json' };
    const ask = (method: string, path: string, body?: string, headers = {}) =>
      send(method, `/api/auth/${path}`, undefined, { body, headers: { ...portal, ...headers } });
    const signIn = async () => {
      const { headers } = await ask('POST', 'session', JSON.stringify({ email: 'ada', password: PASSWORD }));
      return { cookie: headers.get('set-cookie')!.split(';', 1)[0] };
    };
    const [here, there] = [await signIn(), await signIn()];
    const { json } = await ask('GET', 'sessions', undefined, there);
    const { id } = (json.sessions as { id: string; is_current: boolean }[]).find((one) => one.is_current)!;
    await ask('GET', 'session', undefined, here);
    await ask('POST', 'session/confirm', JSON.stringify({ password: PASSWORD }), here);
    await ask('DELETE', `sessions/${id}`, undefined, here);
    expect((await ask('GET', 'session', undefined, there)).status).toBe(401);
    await ask('DELETE', 'session', undefined, here);
    await send('GET', '/api/portal/config', undefined);

    expect((await ask('POST', 'session', JSON.stringify({ email: 'ada', password: 'wrong' }))).status).toBe(401);
    for (const method of ['POST', 'DELETE']) {
      expect((await ask(method, 'session', undefined, { origin: 'http://other.example' })).status).toBe(403);
      expect((await send(method, '/api/auth/session', undefined, { headers: portal, to: strict })).status).toBe(404);
    }
  });

  it('for an account and its calls', async () => {
    const { account } = await well('POST', '/api/mcp/enable', undefined, 'ada');
    expect((await send('POST', '/api/mcp/enable', tokens['ada'])).status).toBe(400);
    await well('POST', '/api/mcp/regenerate-key', undefined, 'ada');
    await well('POST', '/tools/call', { server_id: 'stock-data', tool_name: 'get_latest_trading_day', arguments: {} }, 'ada');
    for (const [method, path, body] of ACCOUNT_REQUESTS) await well(method, path, body, 'ada');
    const path = `/api/admin/mcp/accounts/${account.id}`;
    await well('POST', `${path}/add-credits`, { amount: 5, reason: 'a gift', reference: null });
    await well('PUT', `${path}/tier`, { tier: 'pro' });
    await well('PUT', `${path}/active`, { is_active: true });
    await well('DELETE', `${path}/flags`);
    for (const part of ['', '/credit-history', '/tool-calls']) await well('GET', path + part);
  });

  it('for operators', async () => {
    for (const path of ADMIN_READS) await well('GET', `/api/admin/${path}`);
    const [delivery] = (await well('POST', '/api/admin/webhooks/test', { webhook: null })).delivery_ids as number[];
    await well('POST', `/api/admin/webhooks/deliveries/${delivery}/retry`);
    expect((await send('POST', '/api/admin/webhooks/test', await strict.token(), { body: '{}', to: strict })).status).toBe(409);
    await well('PUT', '/api/admin/log-level', { level: 'info', contexts: null });
    for (const yaml of ['portt: 1', 'tiers: { free: 60 }']) await well('POST', '/api/admin/config/check', { yaml });
    await well('PUT', '/api/admin/prices/greet', { price: 1, reason: 'why' });
    await well('PUT', '/api/admin/tiers/pro', { monthly_credits: 600, reason: 'a test' });
    for (const path of ['prices/greet?reason=why', 'tiers/pro']) await well('DELETE', `/api/admin/${path}`);
    const { key_id } = await well('POST', '/api/mcp-keys/create', {}, 'ada');
    await well('POST', `/api/admin/keys/${key_id}/revoke`, { reason: 'lost' });
    const { id } = await well('POST', '/auth/users', { username: 'leaver', email: 'leaver@example.com', password: PASSWORD });
    const user = `/api/admin/users/${id}`;
    for (const part of ['', '/usage', '/usage/history', '/usage/stats', '/usage/keys']) await well('GET', user + part);
    await well('PATCH', user, { is_active: false, role: null });
    await well('PUT', `${user}/password`, { password: PASSWORD });
    const invited = await well('POST', '/api/admin/users/invite', { email: 'invited@example.com', role: null });
    await well('POST', `/api/admin/users/${invited.user.id}/invite`);
    const { link } = await well('POST', `${user}/password-link`);
    await well('POST', '/api/auth/password-link/owner', { token: new URL(link).hash.slice(1) });
    await well('POST', '/api/auth/password-link', { token: new URL(link).hash.slice(1), new_password: `${PASSWORD} 2` });
    for (const path of [`${user}/sessions`, user]) await well('DELETE', path);
    await well('PATCH', '/api/auth/me', { display_name: 'Ada Lovelace' });
    const me = `/api/admin/users/${(await well('GET', '/api/auth/me')).id}`;
    const demoted = await send('PATCH', me, tokens['admin'], { body: '{"role":"user"}' });
    expect([demoted.status, (await send('DELETE', me, tokens['admin'])).status]).toEqual([409, 409]);
    for (const path of ['/health', '/livez', '/readyz', '/metrics', '/stats']) await well('GET', path);
    await well('POST', '/api/admin/datasets/synthetic', { symbols: 1, days: 63 });
    for (const body of [BARS, BARS.replace('10', 'x')])
      await send('POST', '/api/admin/datasets/daily_bars/import', tokens['admin'], { body, headers: FILE });
  });

  it('for servers', async () => {
    const { id } = await well('POST', '/servers', { template_name: 'http', config: { url: 'http://127.0.0.1:9/mcp' } });
    await well('GET', '/servers/templates');
    await well('POST', '/servers/test', { template_name: 'http', config: { url: 'http://127.0.0.1:9/mcp' } });
    expect((await send('POST', '/servers/test', tokens['admin'], { body: '{"template_name":"nothing"}' })).status).toBe(400);
    await well('PATCH', `/servers/${id}`, { weight: 2, enabled: null });
    await well('POST', `/servers/${id}/check`);
    const parts = ['health', 'tools', 'pins'].map((part) => `/servers/${id}/${part}`);
    for (const path of ['/servers?include_health=true&include_history=true', `/servers/${id}`, ...parts]) await well('GET', path);
    await well('DELETE', `/servers/${id}`);
  });
});

/** The cookie is good or not: it does not come that far. */
const FROM_OTHER_PAGE = () => ({
  cookie: `tallygate_${new URL(gateway.restUrl).port}=${'x'.repeat(43)}`,
  origin: 'http://other.example',
});
const documents = ({ method, path }: Endpoint, status: number) => DOCUMENTED.includes(`${method} ${path} ${status}`);
const everywhere = endpoints().map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const);

describe('what any caller can do wrong is answered as documented', () => {
  it.each(everywhere)('%s', async (_, endpoint) => {
    const { method, path, body, parameters, needsAuth, hasOwn403 } = endpoint;
    const [url, token] = [urlOf(endpoint, '1'), tokens['admin']];
    const headers = body && { 'content-type': body.type, ...FROM_PORTAL };
    const expects = async (status: number, at: string, sent: Sent = {}, who: string | undefined = token) =>
      expect([status, (await send(method, at, who, { headers, ...sent })).status]).toEqual([status, status]);
    if (needsAuth) expect((await send(method, url, undefined, { headers })).status).toBe(401);
    if (needsAuth)
      expect((await send(method, url, undefined, { headers: { ...headers, ...FROM_OTHER_PAGE() } })).status).toBe(403);
    if (hasOwn403 && needsAuth && !path.endsWith('/rotate') && path !== '/api/mcp-keys/{id}')
      await expects(403, url, { body: body && (BEYOND[path] ?? '{}') }, tokens[withoutScope(path)]);
    if (path.includes('{')) await expects(400, urlOf(endpoint, '%FF'));
    if (path.includes('{')) await expects(422, urlOf(endpoint, '%00'));
    if (parameters.some((one) => one.in === 'query')) await expects(422, `${url}?surplus=1`);
    if (!body) return;
    await expects(415, url, { body: '{}', headers: KLINGON });
    // Of a file, which dataset it is for comes first.
    if (documents(endpoint, 422) && body.type !== FILE['content-type'])
      await expects(422, url, { body: body.type === FORM['content-type'] ? 'surplus=1' : '{"surplus":1}' });
    if (body.type === FILE['content-type']) return;
    await expects(413, url, { body: `"${'x'.repeat(1_100_000)}"` });
    await expects(400, url, { body: NO_UTF8 });
    await expects(415, url, { body: '{}', headers: { ...headers, ...COMPRESSED } });
  });

  it.each(Object.entries(BODY_FOR_NOTHING))('%s, of what is not there', async (name, body) => {
    const [method, path] = name.split(' ') as [string, string];
    const url = (path === '/tools' ? `${path}?as_key={id}` : path)
      .replaceAll('{id}', /accounts|deliveries/.test(path) ? '999999' : NOWHERE)
      .replaceAll('{dataset}', 'nothing');
    const headers = path.endsWith('/import') ? FILE : undefined;
    const { status } = await send(method, url, tokens[path.startsWith('/api/mcp') ? 'bob' : 'admin'], {
      body: body && JSON.stringify(body),
      headers,
    });
    expect(status).toBe(404);
  });

  it('credentials that are wrong', async () => {
    const wrong = JSON.stringify({ email: 'ada', password: 'wrong' });
    expect((await send('POST', '/api/auth/login', undefined, { body: wrong })).status).toBe(401);
    expect((await send('POST', '/auth/login', undefined, { body: 'username=ada&password=x', headers: FORM })).status).toBe(401);
    expect((await send('GET', '/metrics', undefined, { headers: { origin: 'https://example.com' } })).status).toBe(401);
  });

  it('registration that is closed', async () => {
    expect((await send('POST', '/api/auth/register', undefined, { body: '{}', to: strict })).status).toBe(403);
  });

  it('too much', async () => {
    const often = (times: number, path: string, body: string, headers = {}) =>
      Promise.all(
        Array.from({ length: times }, () => send('POST', path, undefined, { body, headers, to: times > 9 ? gateway : strict })),
      );
    await strict.rest('POST', '/auth/users', { username: 'eve', email: 'eve@example.com', password: PASSWORD });
    const login = await strict.rest('POST', '/api/auth/login', { email: 'eve', password: PASSWORD }, null);
    const token = login.json.access_token as string;
    await send('GET', '/api/auth/me', token, { to: strict });
    await often(21, '/api/auth/register', '{}');
    for (const path of ['', '/owner']) await often(61, `/api/auth/password-link${path}`, '{}');
    for (const [, endpoint] of everywhere)
      if (endpoint.needsAuth && documents(endpoint, 429) && !GUESSABLE.includes(endpoint.path))
        expect((await send(endpoint.method, urlOf(endpoint, '1'), token, { to: strict })).status).toBe(429);
    const change = JSON.stringify({ current_password: 'wrong', new_password: PASSWORD });
    for (let n = 0; n < 2; n++) await send('PUT', '/api/auth/password', token, { body: change, to: strict });
    await often(9, '/api/auth/login', JSON.stringify({ email: 'nobody', password: 'wrong' }));
    await often(9, '/auth/login', 'username=nobody&password=wrong', FORM);
  });
});

it('every documented answer is given', () => {
  const isElsewhere = (name: string) => Object.values(GIVEN_ELSEWHERE).some((names) => names.test(name));
  expect(DOCUMENTED.filter((name) => !seen.has(name) && !isElsewhere(name))).toEqual([]);
});
