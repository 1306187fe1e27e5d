import { afterEach, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { freePort } from '../support/gateway/free-port.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { GatewayProcess, type GatewayOptions } from '../support/gateway/gateway-process.js';

const started: GatewayProcess[] = [];
afterEach(async () => {
  // The last first: a later start may have the data of an earlier one.
  for (const gateway of started.splice(0).reverse()) await gateway.destroy();
}, 60_000);

async function start(options: GatewayOptions = {}): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(options);
  started.push(gateway);
  return gateway;
}

const totalCalls = async (gateway: GatewayProcess) => (await gateway.rest('GET', '/api/mcp-usage/history')).json.total as number;

async function callTimestamp(url: string, key: string): Promise<string> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'timestamp', arguments: {} } });
  return (await fetch(url, { method: 'POST', headers, body })).text();
}

describe('the first start', () => {
  it('makes an admin and a key, shows them once with a client configuration, and loads the sample data', async () => {
    const first = await start({ env: { GATEWAY_ADMIN_PASSWORD: '' } });
    expect(first.output).toMatch(/Admin {4}admin@localhost {3}password: \S{16,}/);
    expect(first.apiKey).toMatch(/^sk-[0-9A-Za-z]{50}$/);
    for (const client of ['claude mcp add', 'Cursor', 'VS Code']) expect(first.output).toContain(client);
    for (const other of ['claude-desktop', 'codex', 'gemini-cli']) expect(first.output).toContain(` ${other},`);
    expect(first.output).toContain('npx tallygate config client NAME');
    const { json } = await first.call('list_datasets');
    expect(json.result.structuredContent.datasets).toEqual(
      expect.arrayContaining([expect.objectContaining({ dataset: 'daily_bars', row_count: 5105 })]),
    );
    expect(await first.end()).toBe(0);

    const second = await start({ dataDir: first.dataDir });
    expect(second.output).not.toMatch(/password:|API key|sk-/);
  }, 60_000);
});

describe('tallygate serve', () => {
  const program = join('dist', 'cli', 'main.js');

  it('takes settings as options, which win over variables', async () => {
    const [port, dataDir] = [await freePort(), temporaryFolder('serve')];
    const args = [
      'serve',
      '--port',
      String(port),
      '--data-dir',
      dataDir,
      '--templates',
      'http,file-server',
      '--credits',
      'required',
    ];
    const gateway = await start({ program, args, env: { GATEWAY_PORT: '0', GATEWAY_TEMPLATES: 'http' } });
    expect(gateway.restUrl).toBe(`http://localhost:${port}`);
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['postgres', 'clickhouse', 'secret-key']));
    const registration = { template_name: 'file-server', config: { base_path: dataDir } };
    expect((await gateway.rest('POST', '/servers', registration)).json.health).toMatchObject({ status: 'healthy', error: null });
    expect((await gateway.call('get_latest_trading_day')).text).toContain('account');
    await gateway.end();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  it('names the option that is wrong, and knows no others', async () => {
    const env = { GATEWAY_PORT: '1' };
    const wrong = await tallygate(['serve', '--port', 'many', '--log-level', 'loud'], { env });
    expect([wrong.code, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toMatch(/^ {2}--port: /m);
    expect(wrong.stderr).toMatch(/^ {2}--log-level: /m);
    expect(await tallygate(['serve', '--secret-key', 'x'.repeat(32)])).toMatchObject({ code: 2 });
    const { stdout } = await tallygate(['serve', '--help']);
    for (const [, name] of readFileSync('gateway.example.yaml', 'utf8').matchAll(/\b(GATEWAY_[A-Z_]+)\b/g))
      if (!/SECRET|PASSWORD|METRICS_TOKEN/.test(name!)) expect(stdout.replace(/\s+/g, ' ')).toContain(`(${name})`);
  }, 60_000);
});

describe('a restart', () => {
  it('keeps everything after a clean stop, which ends with exit code 0', async () => {
    const before = await start();
    await before.call('list_datasets');
    expect(await before.end('SIGINT')).toBe(0);
    expect(before.output).not.toMatch(/is lost|shutting down|"level":"(warn|error)"/);
    const after = await start({ dataDir: before.dataDir });
    expect((await after.mcp('tools/list', {}, before.apiKey)).status).toBe(200);
    await eventually(async () => expect(await totalCalls(after)).toBe(1));
  }, 60_000);

  it('answers on port 8001 only when its tools are there, since a load balancer asks the moment the port opens', async () => {
    const before = await start();
    await before.end();
    const port = String(await freePort());
    let after: GatewayProcess | undefined;
    const starting = start({ dataDir: before.dataDir, env: { GATEWAY_MCP_PORT: port } }).then((gateway) => (after = gateway));
    const answers: string[] = [];
    while (!after || answers.length === 0) {
      const url = `http://127.0.0.1:${port}/messages`;
      const answer = await callTimestamp(url, before.apiKey).catch(() => undefined); // refused: the port is not open yet
      if (answer !== undefined) answers.push(answer);
    }
    await starting;
    for (const answer of answers) expect(answer).not.toContain('error');
  }, 60_000);

  it('adopts the PostgreSQL that kill -9 left behind, and loses no answered call', async () => {
    const before = await start();
    for (let n = 0; n < 20; n += 1) expect((await before.call('list_datasets')).status).toBe(200);
    await before.end('SIGKILL');
    const after = await start({ dataDir: before.dataDir });
    expect(after.output).toContain('adopted the server that was still running');
    await eventually(async () => expect(await totalCalls(after)).toBe(20));
    expect((await after.mcp('tools/list', {}, before.apiKey)).status).toBe(200);
  }, 60_000);

  it('with memory: leaves nothing behind', async () => {
    const temporary = temporaryFolder('memory');
    const gateway = await start({ env: { GATEWAY_DATABASE_URL: 'memory:', TMPDIR: temporary } });
    expect(readdirSync(temporary)).toHaveLength(1);
    expect(await gateway.end()).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  }, 60_000);
});

describe('a start that cannot work says why in one line and exits with 1', () => {
  const failing = (options: GatewayOptions) =>
    GatewayProcess.start(options).then(
      (gateway) => gateway.destroy().then(() => 'started'),
      (error: Error) => error.message,
    );

  it('for every mistake in the configuration at once, each under its name', async () => {
    const file = join(temporaryFolder('config'), 'gateway.yaml');
    writeFileSync(file, 'porrt: 8000\nlog: { level: loud }\nauth: { access_token_expire_minutes: 0 }\n');
    const message = await failing({
      env: {
        GATEWAY_CONFIG: file,
        GATEWAY_MCP_PORT: 'abc',
        GATEWAY_SECRET_KEY: 'short',
        GATEWAY_DATABASE_URL: 'sqlite:///gateway.db',
        GATEWAY_REGISTRATION: 'open',
        GATEWAY_TRUST_EXTERNAL_TOKENS: 'true',
        GATEWAY_REDIS_ULR: 'redis://localhost',
      },
    });
    expect(message).toContain('ended with 1');
    for (const name of [
      'porrt',
      'log.level',
      'auth.access_token_expire_minutes',
      'GATEWAY_MCP_PORT',
      'GATEWAY_SECRET_KEY',
      'GATEWAY_DATABASE_URL',
      'GATEWAY_REGISTRATION',
      'GATEWAY_REDIS_ULR: unknown setting; did you mean GATEWAY_REDIS_URL?',
    ]) {
      expect(message).toContain(name);
    }
    expect(message).toContain('embedded PostgreSQL');
    // One list: what spans settings as well.
    expect(message.match(/^ {2}\S.*/gm)!.length).toBeGreaterThan(6);
  }, 60_000);

  it('for ports in use, both at once, and leaves no PostgreSQL behind', async () => {
    const squatters = [createServer().listen(0), createServer().listen(0)];
    const [port, mcpPort] = squatters.map((squatter) => (squatter.address() as AddressInfo).port);
    const message = await failing({ env: { GATEWAY_PORT: String(port), GATEWAY_MCP_PORT: String(mcpPort) } });
    for (const squatter of squatters) squatter.close();
    expect(message).toContain(`GATEWAY_PORT: port ${port} is in use`);
    expect(message).toContain(`GATEWAY_MCP_PORT: port ${mcpPort} is in use`);
  }, 60_000);

  it('not for a variable that is no setting and like none: the log says that it is ignored', async () => {
    const gateway = await start({ env: { GATEWAY_REGION: 'eu' } });
    expect(gateway.log).toContain('GATEWAY_REGION is no setting and is ignored');
  }, 60_000);

  it('for a data folder that another gateway uses, which goes on undisturbed', async () => {
    const first = await start();
    expect(await failing({ dataDir: first.dataDir })).toContain('Another Tallygate is running on');
    expect((await first.call('list_datasets')).status).toBe(200);
  }, 60_000);

  it('for another secret than the data was made with', async () => {
    const first = await start();
    await first.end();
    const message = await failing({
      dataDir: first.dataDir,
      env: { GATEWAY_SECRET_KEY: 'another-secret-another-secret-another' },
    });
    expect(message).toContain('GATEWAY_SECRET_KEY');
    expect(message).not.toContain('another-secret');
  }, 60_000);

  it('for a database server that cannot be reached', async () => {
    const env = {
      GATEWAY_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
      GATEWAY_CLICKHOUSE_URL: 'http://127.0.0.1:1',
      GATEWAY_SECRET_KEY: 'x'.repeat(32),
      GATEWAY_START_TIMEOUT_SECONDS: '1',
    };
    expect(await failing({ env })).toMatch(/PostgreSQL at 127\.0\.0\.1:1 \(GATEWAY_DATABASE_URL\) cannot be reached: /);
  }, 60_000);
});
