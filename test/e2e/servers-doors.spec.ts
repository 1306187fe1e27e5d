import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/gateway/free-port.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { TestAuthority } from '../support/upstreams/certificates.js';
import { TestProxy } from '../support/upstreams/test-proxy.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';

const SECRET = 'caller-secret-0123456789-0123456789';
const authority = new TestAuthority();
const upstream = new TestUpstream();
const secure = new TestUpstream(undefined, authority.sign('DNS:upstream.test'));
const proxy = new TestProxy();
const dataDir = temporaryFolder('servers-doors');
const jwt = new JwtService({ secret: SECRET });
let everything: ChildProcess;
let gateway: GatewayProcess;

const settings = (port: number) => `
servers: { allowed_networks: ['127.0.0.0/8'], ca_file: '${authority.caFile}' }
stock_data: { enabled: false }
templates:
  told:
    transport: http
    url: '${upstream.url}'
    headers: { Authorization: 'Bearer upstream-secret-1' }
    forward_headers: [X-Tenant, { from: X-Their-Key, to: X-Key }]
    caller: { header: X-Caller, meta: tallygate/caller, claims: [user_id, email, key_name], secret: '\${env:CALLER_SECRET}' }
  far:
    transport: http
    url: '${secure.at('upstream.test')}'
    headers: { Authorization: 'Bearer upstream-secret-1' }
  old: { transport: sse, url: 'http://127.0.0.1:${port}/sse' }
`;

beforeAll(async () => {
  await Promise.all([upstream.start(), secure.start(), proxy.start()]);
  const port = await freePort();
  const program = join(
    dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')),
    'dist',
    'index.js',
  );
  everything = spawn(process.execPath, [program, 'sse'], {
    env: { PATH: process.env['PATH'], PORT: String(port) },
    stdio: 'ignore',
  });
  const config = join(dataDir, 'gateway.yaml');
  writeFileSync(config, settings(port));
  const env = { GATEWAY_CONFIG: config, CALLER_SECRET: SECRET, HTTPS_PROXY: proxy.url.href };
  gateway = await GatewayProcess.start({ dataDir, env });
  for (const template_name of ['told', 'far', 'old']) await gateway.rest('POST', '/servers', { template_name });
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  everything.kill();
  await Promise.all([upstream.stop(), secure.stop(), proxy.stop(), once(everything, 'exit')]);
}, 60_000);

async function call(name: string, args: object = {}, headers: Record<string, string> = {}) {
  const response = await fetch(gateway.mcpUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', 'x-api-key': gateway.apiKey, ...headers },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: args, _meta: { 'tallygate/caller': 'forged' } },
    }),
  });
  return (await response.json()) as { result?: { content: { text: string }[]; isError?: boolean }; error?: unknown };
}

const last = () => upstream.received.at(-1)!;

describe('A server behind the gateway', () => {
  it('gets the headers that its template names with calls over MCP, never the key', async () => {
    await eventually(async () => {
      await call('told__act', {}, { 'X-Tenant': 'acme', 'x-their-key': 'theirs', 'x-other': 'o' });
      expect(last()?.headers).toMatchObject({ 'x-tenant': 'acme', 'x-key': 'theirs', authorization: 'Bearer upstream-secret-1' });
    }, 10_000);
    expect(JSON.stringify(upstream.received)).not.toContain(gateway.apiKey);
    expect(last().headers).not.toHaveProperty('x-other');
  });

  it('gets them with calls over REST', async () => {
    const response = await fetch(`${gateway.restUrl}/tools/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': gateway.apiKey, 'x-tenant': 'rest' },
      body: JSON.stringify({ server_id: 'told', tool_name: 'act' }),
    });
    expect(response.status).toBe(200);
    expect(last().headers['x-tenant']).toBe('rest');
  });

  it('is told who calls, whatever the caller says', async () => {
    await call('told__act', {}, { 'X-Caller': 'forged' });
    const token = String(last().headers['x-caller']);
    expect(last().meta['tallygate/caller']).toBe(token);
    const claims = jwt.verify<Record<string, string>>(token, { algorithms: ['HS256'], issuer: 'tallygate', audience: 'told' });
    expect(claims).toMatchObject({ sub: expect.any(String), email: 'admin@localhost', key_name: expect.any(String) });
  });

  it('may be told by a page in a browser, whose preflight request is answered', async () => {
    const preflight = {
      Origin: 'https://portal.example.com',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'x-tenant',
    };
    for (const url of [gateway.mcpUrl, `${gateway.restUrl}/tools/call`]) {
      const { headers } = await fetch(url, { method: 'OPTIONS', headers: preflight });
      expect(headers.get('access-control-allow-headers')).toContain('x-tenant');
    }
  });

  it('is reached through the proxy of the environment, over TLS by the authority that the settings name', async () => {
    await eventually(async () => expect((await call('far__look')).result?.isError).toBeFalsy(), 10_000);
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${new URL(secure.at('upstream.test')).host}`]));
  });

  it('may be the official everything server over HTTP+SSE', async () => {
    await eventually(async () => {
      const { result } = await call('old__echo', { message: 'across' });
      expect(result?.content[0]?.text).toContain('across');
    }, 20_000);
    const { json } = await gateway.rest('GET', '/servers/old?include_health=true');
    expect(json).toMatchObject({ health: { status: 'healthy' } });
  });
});
