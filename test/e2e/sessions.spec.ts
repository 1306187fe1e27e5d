import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentedAnswer } from '../support/docs/documented-answers.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PASSWORD = 'a long enough password';
const FROM_PORTAL = { 'sec-fetch-site': 'same-origin', 'x-tallygate-portal': '1' };

interface Asked {
  method?: string;
  body?: object;
  /** Instead of what a page of the portal sends. */
  from?: Record<string, string>;
  /** Sent as it is, with a media type of the test's. */
  text?: string;
}

/** A browser that looks at a gateway, with the cookie it was given. */
class Page {
  cookie = '';
  setCookie = '';

  constructor(private readonly origin: string) {}

  async ask(path: string, { method = 'GET', body, from = FROM_PORTAL, text }: Asked = {}) {
    const type = body && { 'content-type': 'application/json' };
    const headers = { ...type, ...from, ...(this.cookie && { cookie: this.cookie }) };
    const response = await fetch(this.origin + path, { method, headers, body: text ?? (body ? JSON.stringify(body) : null) });
    const answer = { status: response.status, headers: response.headers, text: await response.text() };
    documentedAnswer(method, path, answer);
    const given = response.headers.get('set-cookie');
    if (given !== null) [this.setCookie, this.cookie] = [given, /^([^=]+=[^;]+)?/.exec(given)?.[1] ?? ''];
    const json = (answer.text.startsWith('{') ? JSON.parse(answer.text) : {}) as Record<string, unknown>;
    return { ...answer, json, code: json['error_code'] as string | undefined };
  }

  async signIn(email: string, password: string, from?: Record<string, string>): Promise<this> {
    const { status } = await this.ask('/api/auth/session', { method: 'POST', body: { email, password }, ...(from && { from }) });
    expect(status).toBe(200);
    return this;
  }
}

describe('The sign-in of the portal', () => {
  let gateway: GatewayProcess;
  const page = () => new Page(gateway.restUrl);
  const asAda = () => page().signIn('ada', PASSWORD);
  const asAdmin = () => page().signIn('admin@localhost', gateway.adminPassword);
  const port = () => new URL(gateway.restUrl).port;

  beforeAll(async () => {
    const folder = temporaryFolder('sessions');
    writeFileSync(join(folder, 'gateway.yaml'), 'servers: { allowed_networks: [127.0.0.0/8] }\n');
    const env = { GATEWAY_LOG_LEVEL: 'trace', GATEWAY_CONFIG: join(folder, 'gateway.yaml') };
    gateway = await GatewayProcess.start({ env });
    rmSync(folder, { recursive: true });
    await gateway.rest('POST', '/auth/users', { username: 'ada', email: 'ada@example.com', password: PASSWORD });
  });
  afterAll(() => gateway.destroy());

  it('survives a reload, and ends with the sign-out', async () => {
    const ada = await asAda();
    const { cookie } = ada;
    expect((await ada.ask('/api/auth/session')).json).toMatchObject({ user: { username: 'ada' }, auth_enabled: true });
    expect((await ada.ask('/api/auth/session', { method: 'DELETE' })).status).toBe(204);
    expect(ada.setCookie).toMatch(/Expires=Thu, 01 Jan 1970/);
    ada.cookie = cookie;
    expect((await ada.ask('/api/auth/session')).status).toBe(401);
    expect((await ada.ask('/api/auth/session', { method: 'DELETE' })).status).toBe(204);
  });

  it('is shown with all others of its user, who ends those that are not theirs any more', async () => {
    const [here, there] = [await asAda(), await asAda()];
    const { json } = await here.ask('/api/auth/sessions');
    const sessions = json['sessions'] as { id: string; is_current: boolean; ip: string }[];
    const other = (await there.ask('/api/auth/sessions')).json['sessions'] as typeof sessions;
    const { id, ip } = other.find((one) => one.is_current)!;
    expect([ip, sessions.find((one) => one.id === id)?.is_current]).toEqual(['127.0.0.1', false]);
    expect((await here.ask(`/api/auth/sessions/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect([(await here.ask('/api/auth/session')).status, (await there.ask('/api/auth/session')).status]).toEqual([200, 401]);
  });

  it('is in a cookie that only this host, and over TLS no other page of it, can set', async () => {
    const plain = await asAda();
    expect(plain.setCookie).toMatch(
      new RegExp(`^tallygate_${port()}=[\\w-]{43}; Path=/; Expires=.*; HttpOnly; SameSite=Strict$`),
    );
    const secure = await page().signIn('ada', PASSWORD, { ...FROM_PORTAL, 'x-forwarded-proto': 'https' });
    expect(secure.setCookie).toMatch(/^__Host-tallygate=[\w-]{43}; Path=\/; Expires=.*; HttpOnly; Secure; SameSite=Strict$/);
    const overTls = { ...FROM_PORTAL, 'x-forwarded-proto': 'https' };
    expect((await secure.ask('/api/auth/session', { from: overTls })).status).toBe(200);
    expect((await secure.ask('/api/auth/session')).status).toBe(401);
  });

  describe('counts for pages of its own origin alone:', () => {
    const OTHER = 'http://127.0.0.1:1';
    it.each<[string, string, string, Asked]>([
      [
        'a form that another port posts',
        'POST',
        '/api/mcp-keys/create',
        { from: { 'sec-fetch-site': 'same-site', origin: OTHER } },
      ],
      ['a request without the header', 'POST', '/api/mcp/regenerate-key', { from: { 'sec-fetch-site': 'same-origin' } }],
      ['one that does not say where it comes from', 'POST', '/api/mcp/enable', { from: { 'x-tallygate-portal': '1' } }],
      ['a read of another origin', 'GET', '/api/mcp-keys/list', { from: { origin: OTHER } }],
      ['a read of another port without an origin', 'GET', '/api/mcp-keys/list', { from: { 'sec-fetch-site': 'same-site' } }],
      ['a stream of another port', 'GET', '/api/mcp-usage/history', { from: { origin: OTHER, accept: 'text/event-stream' } }],
      ['a sign-in of another page', 'POST', '/api/auth/session', { from: { ...FROM_PORTAL, origin: OTHER } }],
      ['a sign-in without the header', 'POST', '/api/auth/session', { from: { 'sec-fetch-site': 'same-origin' } }],
      ['a sign-out of another page', 'DELETE', '/api/auth/session', { from: { origin: OTHER } }],
    ])('%s is refused', async (_, method, path, asked) => {
      const { status, code, headers } = await (await asAda()).ask(path, { method, ...asked });
      expect([status, code]).toEqual([403, 'CSRF_REFUSED']);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    });

    it.each([
      ['a form', 'application/x-www-form-urlencoded', 'key_name=x'],
      ['plain text', 'text/plain', '{"key_name":"x"}'],
    ])('%s is refused on every endpoint that takes JSON, the sign-in too', async (_, type, text) => {
      const ada = await asAda();
      for (const path of ['/api/mcp-keys/create', '/api/auth/session'])
        expect((await ada.ask(path, { method: 'POST', text, from: { ...FROM_PORTAL, 'content-type': type } })).status).toBe(415);
    });

    it('a page that says its origin, as browsers do that say no more, is its own', async () => {
      const own = { origin: gateway.restUrl, 'x-tallygate-portal': '1' };
      const { status } = await (await asAda()).ask('/api/auth/session', { method: 'DELETE', from: own });
      expect(status).toBe(204);
    });

    it('another credential in the request counts instead, good or not', async () => {
      const ada = await asAda();
      const from = { origin: OTHER, authorization: `Bearer ${await gateway.token()}` };
      expect((await ada.ask('/api/auth/me', { from })).json).toMatchObject({ username: 'admin' });
      expect((await ada.ask('/api/auth/me', { from: { ...FROM_PORTAL, authorization: 'Bearer x' } })).status).toBe(401);
      expect((await ada.ask('/tools', { from: { ...FROM_PORTAL, 'x-api-key': 'sk-x' } })).status).toBe(401);
    });
  });

  it('is nothing on MCP, on either port', async () => {
    const { cookie } = await asAdmin();
    for (const url of [gateway.mcpUrl, `${gateway.restUrl}/mcp`]) {
      const headers = { 'content-type': 'application/json', cookie, ...FROM_PORTAL };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(401);
    }
  });

  it('calls tools as “Tallygate portal”, whatever the browser, within what its user’s programs may ask', async () => {
    const ada = await asAda();
    const call = { server_id: 'examples', tool_name: 'greet', arguments: { name: 'Ada' } };
    const { status, headers } = await ada.ask('/tools/call', { method: 'POST', body: call });
    expect([status, headers.get('x-ratelimit-limit')]).toEqual([200, '1000']);
    await eventually(async () => {
      const history = await ada.ask('/api/mcp-usage/history');
      expect(history.headers.get('x-ratelimit-limit')).toBe('6000');
      expect(history.json['records']).toMatchObject([{ client_name: 'Tallygate portal' }]);
    });
  });

  it('needs the password once more for what can change the gateway', async () => {
    const admin = await asAdmin();
    const key = (permissions: string[]) =>
      admin.ask('/api/mcp-keys/create', { method: 'POST', body: { key_name: 'k', expires_days: 1, permissions } });
    const { json } = await gateway.rest('POST', '/servers', { template_name: 'http', config: { url: 'http://127.0.0.1:9/mcp' } });
    const remove = () => admin.ask(`/servers/${json.id as string}`, { method: 'DELETE' });
    const mighty = await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'm', expires_days: 1, permissions: ['admin'] });
    const onKey = { key_id: mighty.json.key_id as string };
    const rotate = () => admin.ask('/api/mcp-keys/rotate', { method: 'POST', body: onKey });
    const edit = () => admin.ask(`/api/mcp-keys/${onKey.key_id}`, { method: 'PATCH', body: { permissions: ['gateway:write'] } });
    for (const attempt of [() => key(['admin']), () => key(['tools:call', 'gateway:write']), remove, rotate, edit]) {
      const { status, code } = await attempt();
      expect([status, code]).toEqual([403, 'CONFIRMATION_REQUIRED']);
    }
    expect((await key(['tools:call'])).status).toBe(200);
    await admin.ask('/api/auth/session/confirm', { method: 'POST', body: { password: gateway.adminPassword } });
    const statuses = [await key(['admin']), await edit(), await rotate(), await remove()].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 204]);
  });

  it('is in no line of the log', async () => {
    const ada = await asAda();
    await ada.ask('/api/auth/session');
    await ada.ask('/api/auth/session', { method: 'DELETE', from: { origin: 'http://127.0.0.1:1' } });
    expect(gateway.output).not.toContain(ada.cookie.split('=')[1]);
  });

  describe('tells its pages how the gateway is set up:', () => {
    const PUBLIC = { title: 'Tallygate', registration: 'closed', auth_enabled: true, password_login: true, sso: [] };

    it('anybody, how to sign in', async () => {
      const { json } = await page().ask('/api/portal/config');
      expect(json).toMatchObject({ ...PUBLIC, support_url: null, is_signed_in: false });
      expect(Object.keys(json)).toHaveLength(8);
      const stale = page();
      stale.cookie = `tallygate_${port()}=${'x'.repeat(43)}`;
      expect((await stale.ask('/api/portal/config')).json).toEqual(json);
      expect((await page().ask('/api/portal/config', { from: { authorization: 'Bearer sk-wrong' } })).json).toEqual(json);
    });

    it('who is signed in, and programs, the rest', async () => {
      const { json } = await (await asAda()).ask('/api/portal/config');
      expect(json).toMatchObject({
        ...PUBLIC,
        is_signed_in: true,
        mcp_url: `${gateway.restUrl}/mcp`,
        billing_enabled: false,
        has_account: false,
      });
      expect(json).toMatchObject({ credits_mode: 'optional', tool_approval: 'first_use', keep_months: 13 });
      expect(json['tiers']).toContainEqual({ name: 'pro', monthly_credits: 500 });
      for (const credential of [gateway.apiKey, await gateway.token()])
        expect((await page().ask('/api/portal/config', { from: { authorization: `Bearer ${credential}` } })).json).toEqual(json);
    });
  });
});

describe('Without authentication', () => {
  it('everybody is signed in as the admin, and is told so', async () => {
    const gateway = await GatewayProcess.start({ env: { GATEWAY_AUTH_ENABLED: 'false', GATEWAY_HOST: '127.0.0.1' } });
    const page = new Page(gateway.restUrl);
    const { json } = await page.ask('/api/auth/session');
    expect(json).toMatchObject({ user: { username: 'admin' }, scopes: ['admin'], expires_at: null, idle_seconds: null });
    expect(json).toMatchObject({ auth_enabled: false });
    expect((await page.ask('/api/portal/config')).json).toMatchObject({ auth_enabled: false, is_signed_in: true });
    await gateway.destroy();
  });
});

describe('Where the portal is switched off', () => {
  it('there is no sign-in, and cookies count for nothing', async () => {
    const on = await GatewayProcess.start();
    const { cookie } = await new Page(on.restUrl).signIn('admin@localhost', on.adminPassword);
    const settings = { GATEWAY_PORTAL_ENABLED: 'false', GATEWAY_PORT: new URL(on.restUrl).port };
    await on.end();
    const off = await GatewayProcess.start({ dataDir: on.dataDir, env: settings });
    const page = new Page(off.restUrl);
    page.cookie = cookie;
    expect((await page.ask('/api/auth/me')).status).toBe(401);
    const body = { email: 'admin@localhost', password: off.adminPassword };
    expect((await page.ask('/api/auth/session', { method: 'POST', body })).status).toBe(404);
    await off.destroy();
  });
});
