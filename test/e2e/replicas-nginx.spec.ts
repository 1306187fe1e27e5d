import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayClient } from '../../src/client/gateway-client.js';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { startClickHouseServer } from '../support/test-clickhouse.js';

const hasNginx = spawnSync('nginx', ['-v']).status === 0;
if (!hasNginx) process.stderr.write('SKIPPED: replicas behind nginx; install nginx to run it.\n');

/** Two gateways on one PostgreSQL and one ClickHouse, behind deploy/nginx.conf with nothing but its addresses changed. */
(hasNginx ? describe : describe.skip)('two replicas behind nginx', () => {
  const folder = temporaryFolder('replicas');
  const postgres = new EmbeddedPostgres(join(folder, 'engine'));
  const replicas: GatewayProcess[] = [];
  let clickhouse: Awaited<ReturnType<typeof startClickHouseServer>>;
  let nginx: ChildProcess;
  let rest: string;
  let mcp: string;
  let client: GatewayClient;
  let apiKey: string;

  beforeAll(async () => {
    const engine = await postgres.start();
    clickhouse = await startClickHouseServer();
    const env = {
      GATEWAY_DATABASE_URL: engine.url,
      GATEWAY_CLICKHOUSE_URL: clickhouse.url,
      GATEWAY_SECRET_KEY: 'shared-by-all-replicas-of-the-test',
    };
    for (const name of ['one', 'two']) replicas.push(await GatewayProcess.start({ dataDir: join(folder, name), env }));
    const [restPort, mcpPort] = [await freePort(), await freePort()];
    [rest, mcp] = [`http://127.0.0.1:${restPort}`, `http://127.0.0.1:${mcpPort}/messages`];
    nginx = startNginx(restPort, mcpPort);
    await eventually(async () => expect((await fetch(`${rest}/readyz`)).status).toBe(200));
    client = new GatewayClient(rest);
    await client.login('admin@localhost', replicas[0]!.adminPassword);
    apiKey = (await client.createKey({ key_name: 'behind nginx' })).api_key;
  }, 90_000);

  afterAll(async () => {
    nginx?.kill('SIGQUIT');
    await Promise.all(replicas.map((replica) => replica.end()));
    await clickhouse?.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  function startNginx(restPort: number, mcpPort: number): ChildProcess {
    let conf = readFileSync(join('deploy', 'nginx.conf'), 'utf8');
    replicas.forEach((replica, n) => {
      conf = conf.replaceAll(`gateway-${n + 1}:8000`, new URL(replica.restUrl).host.replace('localhost', '127.0.0.1'));
      conf = conf.replaceAll(`gateway-${n + 1}:8001`, new URL(replica.mcpUrl).host.replace('localhost', '127.0.0.1'));
    });
    conf = conf.replace('listen 8000', `listen 127.0.0.1:${restPort}`).replace('listen 8001', `listen 127.0.0.1:${mcpPort}`);
    // An unprivileged nginx in the foreground, with everything it writes in the test's folder.
    const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const paths = kinds.map((kind) => `${kind}_temp_path ${join(folder, kind)};`).join(' ');
    conf = conf.replace('http {', `http { access_log off; ${paths}`);
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, `daemon off; pid ${join(folder, 'nginx.pid')}; error_log ${join(folder, 'error.log')};\n${conf}`);
    return spawn('nginx', ['-c', file, '-e', join(folder, 'error.log')], { stdio: 'inherit' });
  }

  const served = () =>
    Promise.all(replicas.map(async (replica) => new GatewayClient(replica.restUrl, { apiKey: await reader() }).stats()));
  let readerKey: string | undefined;
  const reader = async () => (readerKey ??= (await client.createKey({ permissions: ['gateway:read'] })).api_key);

  const bars = { name: 'get_daily_bars', arguments: { symbol: '^GSPC', start_date: '2008-09-15', end_date: '2008-09-19' } };
  async function callMcp(key = apiKey): Promise<number> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: bars });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    return (await fetch(mcp, { method: 'POST', headers, body })).status;
  }

  it('share the work and the books', async () => {
    const before = await served();
    const statuses = await Promise.all(Array.from({ length: 40 }, () => callMcp()));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const after = await served();
    after.forEach(({ total_requests }, n) => expect(total_requests - before[n]!.total_requests).toBeGreaterThan(5));
    await eventually(async () => expect((await client.usageHistory({ tool_name: bars.name })).total).toBe(40));
  });

  it('both refuse a revoked key, within the two seconds that are promised', async () => {
    const created = await client.createKey({ key_name: 'short-lived' });
    expect(await callMcp(created.api_key)).toBe(200);
    await client.revokeKey(created.key_id);
    await eventually(async () => {
      const statuses = await Promise.all(Array.from({ length: 8 }, () => callMcp(created.api_key)));
      expect(new Set(statuses)).toEqual(new Set([401]));
    }, 2_000);
  });

  it('go on as one when the other is gone', async () => {
    await replicas[1]!.end('SIGKILL');
    const statuses = [];
    for (let call = 0; call < 20; call += 1) statuses.push(await callMcp());
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await client.health()).status).toBe('healthy');
  });
});
