import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { GatewayProcess } from '../support/gateway/gateway-process.js';

/** With authentication off everybody is the admin; a page of another site, in the browser of somebody here, must not be anybody. */
const PORTAL = 'https://portal.example.com';

let gateway: GatewayProcess;
beforeAll(async () => {
  const env = { GATEWAY_AUTH_ENABLED: 'false', GATEWAY_CORS_ORIGINS: `*,${PORTAL}`, GATEWAY_HOST_NAMES: 'tallygate.lan' };
  gateway = await GatewayProcess.start({ env });
}, 60_000);
afterAll(() => gateway.destroy());

type Headers = Record<string, string>;

/** Like `fetch`, which does not let its caller choose the host. */
function send(method: string, url: string, headers: Headers = {}, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (answer) => resolve(answer.resume().statusCode!));
    asked.once('error', reject).end(body);
  });
}

const JSON_BODY = { 'content-type': 'application/json' };
const PORTS = [
  ['REST', () => `${gateway.restUrl}/api/mcp-keys/create`, '{"key_name":"k"}'],
  ['MCP', () => gateway.mcpUrl, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'],
  ['MCP beside REST', () => `${gateway.restUrl}/mcp`, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'],
] as const;

const STRANGERS: [string, Headers][] = [
  ['by a name of its own', { host: 'attacker.example:8000' }],
  ['by a name of its own, from its page', { host: 'attacker.example', origin: 'http://attacker.example' }],
  ['from its page', { host: 'localhost:8000', origin: 'https://attacker.example' }],
  ['from a page without an origin', { host: 'localhost', origin: 'null' }],
  ['by an address', { host: '192.168.1.5:8000' }],
];

it('what anybody changes is in the audit log as nobody’s in person', async () => {
  await gateway.rest('POST', '/api/mcp-keys/create', { key_name: 'of anybody' }, null);
  const { json } = await gateway.rest('GET', '/api/admin/audit?action=api_key.created&page_size=1', undefined, null);
  expect(json.entries).toEqual([expect.objectContaining({ via: 'anonymous', actor_id: null, actor_email: null })]);
});

describe.each(PORTS)('at %s', (_name, url, body) => {
  it.each(STRANGERS)('a request %s is refused, whatever its method and type', async (_, headers) => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded'])
      expect(await send('POST', url(), { ...headers, 'content-type': type }, body)).toBe(403);
    for (const method of ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PUT']) expect(await send(method, url(), headers)).toBe(403);
    for (const path of ['/', '/docs', '/openapi.json', '/health', '/metrics', '/tools', '/servers', '/nowhere'])
      expect([path, await send('GET', new URL(path, url()).href, headers)]).toEqual([path, 403]);
  });

  it.each<[string, Headers]>([
    ['localhost', { host: 'localhost:8000' }],
    ['another loopback address', { host: '127.0.0.7' }],
    ['the loopback of IPv6', { host: '[::1]:8000' }],
    ['the loopback of IPv4 as IPv6 writes it', { host: '[::ffff:127.0.0.1]:8000' }],
    ['a name the operator lists', { host: 'Tallygate.LAN:8000' }],
    ['localhost, from a page the operator lists', { host: 'localhost', origin: PORTAL }],
  ])('a request by %s is served', async (_, headers) => {
    expect(await send('POST', url(), { ...headers, ...JSON_BODY }, body)).toBe(200);
  });

  it('a form of a page is refused for its type, too', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect(await send('POST', url(), { 'content-type': type }, body)).toBe(415);
  });
});

it('the pages of the gateway itself may call it', async () => {
  const { host, origin } = new URL(gateway.restUrl);
  expect(await send('POST', `${gateway.restUrl}/api/mcp-keys/create`, { ...JSON_BODY, host, origin }, '{"key_name":"k"}')).toBe(
    200,
  );
});

it('pages of the gateway may call REST only: MCP has none, and needs them listed', async () => {
  const headers = { ...JSON_BODY, origin: new URL(gateway.restUrl).origin };
  for (const [, url, body] of PORTS.slice(1)) expect(await send('POST', url(), headers, body)).toBe(403);
});

it.each(PORTS.map(([name, url]) => [name, url] as const))('probes may come to the port of %s by any address', async (_, url) => {
  for (const path of ['/livez', '/readyz'])
    expect(await send('GET', new URL(path, url()).href, { host: '10.1.2.3:8000' })).toBe(200);
});
