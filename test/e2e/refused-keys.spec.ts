import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createToken } from '../../src/api-keys/keys/api-key-token.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

jest.setTimeout(60_000);

const PASSWORD = 'correct horse battery';
const HOW_TO_SEND =
  "Send an API key as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'. Keys are created at POST /api/mcp-keys/create.";
const UNKNOWN = `Invalid or expired API key: there is no such key here. Check that it was copied whole. ${HOW_TO_SEND}`;
const REPLACED = 'Invalid or expired API key: it was revoked or replaced. Create a new one at POST /api/mcp-keys/create.';
const EXPIRED = 'Invalid or expired API key: it has expired. Create a new one at POST /api/mcp-keys/create.';

let gateway: GatewayProcess;
const keys: Record<string, string | null> = { none: null, mistyped: `sk-${'a'.repeat(50)}`, unknown: createToken('sk-').token };
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  keys['revoked'] = await gateway.revokedKey();
  keys['expired'] = await expiringKey();
  const old = await createKey({ key_name: 'old' });
  await gateway.rest('POST', '/api/mcp-keys/rotate', { key_id: old.key_id });
  keys['replaced'] = old.api_key;
  const [user, holder] = [await person('ada'), await person('bob')];
  await gateway.rest('PATCH', `/api/admin/users/${user.id}`, { is_active: false });
  keys['of a user who is switched off'] = user.key;
  await gateway.rest('PUT', `/api/admin/mcp/accounts/${holder.accountId}/active`, { is_active: false });
  keys['of an account that is switched off'] = holder.key;
});
afterAll(() => gateway.destroy());

const createKey = async (body: object, token?: string) =>
  (await gateway.rest('POST', '/api/mcp-keys/create', body, token)).json as { api_key: string; key_id: string };

async function expiringKey(): Promise<string> {
  const body = { name: 'short', permissions: ['tools:call'], expires_at: new Date(Date.now() + 1_000).toISOString() };
  const { json } = await gateway.rest('POST', '/auth/api-keys', body);
  return (json.api_key ?? json.key) as string;
}

async function person(username: string) {
  const { json: user } = await gateway.rest('POST', '/auth/users', {
    username,
    email: `${username}@example.com`,
    password: PASSWORD,
  });
  const { json: login } = await gateway.rest('POST', '/api/auth/login', { email: username, password: PASSWORD }, null);
  const { json: enabled } = await gateway.rest('POST', '/api/mcp/enable', undefined, login.access_token);
  return { id: user.id as string, key: enabled.mcp_api_key as string, accountId: enabled.account.id as number };
}

/** All that some clients show. */
async function statusLine(key: string | null): Promise<string> {
  const headers = { 'content-type': 'application/json', ...(key !== null && { 'x-api-key': key }) };
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
  const { status, statusText } = await fetch(gateway.mcpUrl, { method: 'POST', headers, body });
  return `${status} ${statusText}`;
}

describe('A refusal says why and what to do, in the message, the challenge and the status line, to a key that is', () => {
  it.each([
    ['none', `API key required. ${HOW_TO_SEND}`],
    ['mistyped', UNKNOWN],
    ['unknown', UNKNOWN],
    ['revoked', REPLACED],
    ['replaced', REPLACED],
    ['expired', EXPIRED],
    [
      'of a user who is switched off',
      'The user of this API key is switched off. Ask an administrator of the gateway to switch it on again.',
    ],
    [
      'of an account that is switched off',
      'The MCP account of this API key is switched off. Ask an administrator of the gateway to switch it on again.',
    ],
  ])('%s', async (which, words) => {
    const key = keys[which]!;
    const { json, headers } = await eventually(async () => {
      const answer = await gateway.mcp('tools/list', {}, key);
      expect(answer.status).toBe(401);
      return answer;
    });
    expect(json.error).toMatchObject({ code: -32001, message: words });
    const error = key === null ? '' : ' error="invalid_token",';
    expect(headers.get('www-authenticate')).toBe(`Bearer realm="tallygate",${error} error_description="${words}"`);
    expect(await statusLine(key)).toBe(`401 Unauthorized: ${words}`);
    if (key !== null) expect((await gateway.rest('GET', '/tools', undefined, key)).json.detail).toBe(words);
  });

  it('no key but a login token', async () => {
    const words = /^Invalid or expired API key: this is a login token, .* create a key at POST \/api\/mcp-keys\/create/;
    const token = await gateway.token();
    const ways: Record<string, string>[] = [{ authorization: `Bearer ${token}` }, { 'x-api-key': token }];
    for (const headers of ways) expect((await gateway.mcp('tools/list', {}, null, headers)).json.error.message).toMatch(words);
    const foreign = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"sub":"me"}').toString('base64url')}.x`;
    for (const text of [foreign, 'eyJ.e30.x', 'eyJ']) {
      const { json } = await gateway.mcp('tools/list', {}, null, { authorization: `Bearer ${text}` });
      expect(json.error.message).toBe(UNKNOWN);
    }
  });

  it('right in all but its secret half, as to one that never was', async () => {
    const [good, other] = [gateway.apiKey, keys['unknown']!];
    for (const length of [10, 20]) {
      const { json } = await gateway.mcp('tools/list', {}, good.slice(0, length) + other.slice(length));
      expect(json.error.message).toBe(UNKNOWN);
    }
  });
});

describe('A client that tries OAuth is told to send a key', () => {
  const ask = async (method: string, path: string, body?: string) => {
    const url = new URL(path, gateway.mcpUrl);
    const response = await fetch(url, {
      method,
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    });
    return { status: response.status, body: (await response.json()) as { error: string; error_description: string } };
  };
  const description = `This server does not use OAuth. ${HOW_TO_SEND}`;

  it.each([
    ['/register', '{"redirect_uris":["http://localhost:3334/oauth/callback"]}', 'invalid_client_metadata'],
    ['/register', 'no JSON', 'invalid_client_metadata'],
    ['/register/', '', 'invalid_client_metadata'],
    ['/token', '{}', 'unsupported_grant_type'],
  ])('POST %s', async (path, body, error) => {
    expect(await ask('POST', path, body)).toEqual({ status: 400, body: { error, error_description: description } });
  });

  it.each([
    ['/.well-known/oauth-protected-resource'],
    ['/.well-known/oauth-protected-resource/messages'],
    ['/.well-known/oauth-authorization-server'],
    ['/messages/.well-known/openid-configuration'],
    ['/authorize?response_type=code'],
    ['/register'],
  ])('GET %s', async (path) => {
    expect(await ask('GET', path)).toEqual({ status: 404, body: { error: 'not_found', error_description: description } });
  });
});

describe('mcp.initialize_needs_key', () => {
  let closed: GatewayProcess;
  beforeAll(async () => {
    closed = await GatewayProcess.start({ env: { GATEWAY_MCP_INITIALIZE_NEEDS_KEY: 'true' } });
  });
  afterAll(() => closed.destroy());

  const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  const MODERN = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' };
  const messages: [string, object, Record<string, string>][] = [
    ['initialize', { protocolVersion: '2025-11-25', capabilities: {} }, {}],
    ['ping', {}, {}],
    ['server/discover', { _meta: META }, MODERN],
  ];

  it.each(messages)('lets nobody without a key begin: %s', async (method, params, headers) => {
    const refused = await closed.mcp(method, params, null, headers);
    expect([refused.status, refused.json.error.message]).toEqual([401, `API key required. ${HOW_TO_SEND}`]);
    expect((await closed.mcp(method, params, closed.apiKey, headers)).status).toBe(200);
  });

  it('nor notify, nor hide in a batch', async () => {
    expect((await closed.mcpRaw('{"jsonrpc":"2.0","method":"notifications/initialized"}')).status).toBe(401);
    expect((await closed.mcpRaw('[{"jsonrpc":"2.0","id":1,"method":"ping"}]')).status).toBe(401);
  });
});
