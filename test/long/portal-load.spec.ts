import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash } from '@node-rs/argon2';
import { Client } from 'pg';
import type { Browser } from 'playwright-core';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { inBrowser } from '../support/portal/in-browser.js';
import { openBrowser, PortalPage } from '../support/portal/portal-browser.js';
import { portalPaths } from '../support/portal/portal-paths.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';
import { keyId, userId } from '../bench/usage-data.mjs';

jest.setTimeout(900_000);

const CALLS = Number(process.env['PORTAL_LOAD_CALLS'] ?? 10_000_000);
const USERS = 1_000;
/** Of the user with the most calls, and of each of the others. */
const KEYS_OF_BUSIEST = 10_000;
const KEYS_OF_OTHERS = 90;
const TOOLS = 600;
const PASSWORD = 'the password of somebody busy';
/** What a person waits for a page, ms, with room for a machine that does other things. */
const PAGE_MS = 3_000;
/** What one request for it may take. */
const REQUEST_MS = 2_000;

inBrowser(`the portal with ${KEYS_OF_BUSIEST + (USERS - 1) * KEYS_OF_OTHERS} keys, ${CALLS} calls, ${TOOLS} tools`, () => {
  const dataDir = temporaryFolder('portal-load');
  const upstream = new TestUpstream();
  let gateway: GatewayProcess;
  let browser: Browser;

  beforeAll(async () => {
    upstream.tools = Array.from({ length: TOOLS }, (_, n) => ({
      name: `tool_${n}`,
      description: `Looks at part ${n} of what there is. `.repeat(8),
      inputSchema: { type: 'object' as const, properties: { part: { type: 'string', description: 'Which part.' } } },
    }));
    await upstream.start();
    const file = join(dataDir, 'gateway.yaml');
    const template = `{ transport: http, url: '${upstream.url}', headers: { authorization: 'Bearer ${upstream.apiKey}' }, approval: 'off' }`;
    writeFileSync(file, `servers: { allowed_networks: ['127.0.0.0/8'] }\ntemplates:\n  many: ${template}\n`);
    const env = { GATEWAY_CONFIG: file };
    await (await GatewayProcess.start({ dataDir, env })).end();
    fillCalls(dataDir);
    await fillKeys(dataDir);
    gateway = await GatewayProcess.start({ dataDir, env });
    browser = await openBrowser();
    expect((await gateway.rest('POST', '/servers', { template_name: 'many' })).status).toBe(201);
    const login = await gateway.rest('POST', '/api/auth/login', { email: userAddress(0), password: PASSWORD }, null);
    await gateway.rest('POST', '/api/mcp/enable', undefined, login.json.access_token);
    await eventually(async () => expect((await gateway.rest('GET', '/tools')).json.tools.length).toBeGreaterThan(TOOLS));
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.destroy();
    await upstream.stop();
  });

  it.each([
    ['who calls most', userAddress(0), PASSWORD, (path: string) => !path.startsWith('/admin')],
    ['who operates it', 'admin@localhost', 'correct horse battery', (path: string) => path.startsWith('/admin')],
  ])('shows somebody %s each page in time', async (_, name, password, isTheirs) => {
    const portal = await PortalPage.open(browser, gateway);
    await portal.signIn(name, password);
    const found = [];
    for (const path of portalPaths().filter(isTheirs)) found.push(await timeOf(portal, path));
    process.stderr.write(`${found.map(({ path, ms, slowest }) => `${path}: ${ms} ms, ${slowest}`).join('\n')}\n`);
    expect(found.filter(({ ms, requestMs, status }) => ms > PAGE_MS || requestMs > REQUEST_MS || status >= 500)).toEqual([]);
  });
});

/** A page from its address to its content, the second time, when its code has been loaded; and the slowest of its requests. */
async function timeOf(portal: PortalPage, path: string) {
  await portal.goTo(path);
  const requests: { url: string; requestMs: number; status: number }[] = [];
  const listener = async (request: import('playwright-core').Request) => {
    const response = await request.response();
    const { responseEnd } = request.timing();
    requests.push({ url: new URL(request.url()).pathname, requestMs: Math.round(responseEnd), status: response?.status() ?? 0 });
  };
  portal.page.on('requestfinished', listener);
  const started = performance.now();
  await portal.goTo(path);
  const ms = Math.round(performance.now() - started);
  portal.page.off('requestfinished', listener);
  const { url, requestMs } = requests.reduce((most, one) => (one.requestMs > most.requestMs ? one : most));
  const status = Math.max(...requests.map((one) => one.status));
  return { path, ms, requestMs, status, slowest: `${url} ${requestMs} ms` };
}

function fillCalls(dataDir: string): void {
  const args = ['test/support/portal/many-calls.mjs', dataDir, String(CALLS), String(USERS)];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function userAddress(n: number): string {
  return `user-${n}@example.com`;
}

/** Users and keys as the calls name them. Nobody knows the keys. */
async function fillKeys(dataDir: string): Promise<void> {
  const postgres = new EmbeddedPostgres(dataDir);
  const { url } = await postgres.start();
  const client = new Client(url);
  await client.connect();
  await client.query(
    `INSERT INTO mcp.users (id, username, email, password_hash)
     SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'user-' || n, 'user-' || n || '@example.com', $1
     FROM generate_series(0, $2 - 1) n`,
    [await hash(PASSWORD), USERS],
  );
  for (const [from, to, count] of [
    [0, 0, KEYS_OF_BUSIEST],
    [1, USERS - 1, KEYS_OF_OTHERS],
  ])
    await client.query(
      `INSERT INTO mcp.api_keys (id, token_id, hmac, prefix, user_id, name, scopes)
       SELECT CASE WHEN k < 10 THEN ('10000000-0000-4000-8000-' || lpad((n * 10 + k)::text, 12, '0'))::uuid ELSE gen_random_uuid() END,
         'load-' || n || '-' || k, sha256(('load-' || n || '-' || k)::bytea), 'sk-' || lpad(k::text, 8, '0'),
         ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'key ' || k, '{tools:call}'
       FROM generate_series($1::int, $2::int) n, generate_series(0, $3::int - 1) k`,
      [from, to, count],
    );
  const known = await client.query('SELECT user_id FROM mcp.api_keys WHERE id = $1', [keyId(0, 3)]);
  expect(known.rows).toEqual([{ user_id: userId(0) }]);
  await client.query('ANALYZE');
  await client.end();
  await postgres.stop();
}
