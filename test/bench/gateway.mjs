// A gateway as deployed: on a core of its own, PostgreSQL, ClickHouse, Redis in processes of their own on the others.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedPostgres } from '../../dist/database/embedded-postgres.js';
import { SERVER_CORE, startServer } from './server-process.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const REDIS_PORT = 18_091;
export const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
export const hasRedis = () => spawnSync('redis-server', ['--version']).status === 0;

const SETTINGS = {
  port: 0,
  mcp_port: 0,
  limits: { api_key_per_hour: 1_000_000_000 },
  log: { level: 'warn' },
};
const NO_TOOLS = { stock_data: { enabled: false }, examples: { enabled: false } };

/**
 * `priced`: the key is of an account with credits. `redis`: limits are counted there. `upstream`: a template; the one
 * server of it is registered, its tools have their own names and are the only ones. `more`: settings. `node`: another one than this,
 * and `nodeOptions` for it. `root`: of another build. `core`: another one than the first, or `null` for all. Resolves with the process, `url` and `headers` of MCP, `databases` (the ids of
 * their first processes), `databaseUrl`, `stop`, and `another`, which starts one more gateway on the same databases.
 */
export async function startGateway({ priced, redis, upstream, more, node, nodeOptions = [], root = ROOT, core } = {}) {
  const stops = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const { env, pids } = await startDatabases({ redis, stops });
    const settings = { ...SETTINGS, ...more, ...(upstream && { ...NO_TOOLS, templates: { peer: template(upstream) } }) };
    writeFileSync(env.GATEWAY_CONFIG, JSON.stringify(settings)); // JSON is YAML
    const args = [...nodeOptions, join(root, 'dist', 'main.js')];
    const start = async (core = SERVER_CORE) => {
      const server = await startServer({ program: node, args, env, core, isReady });
      stops.push(server.stop);
      return server;
    };
    const server = await start(core);
    const key = await prepare(server.output, { priced, upstream });
    const reached = { url: address('MCP', server.output), headers: { ...HEADERS, authorization: `Bearer ${key}` } };
    const another = async () => {
      const next = await start(core);
      return { ...next, url: address('MCP', next.output), headers: reached.headers };
    };
    return { ...server, ...reached, stop, another, databases: pids, databaseUrl: env.GATEWAY_DATABASE_URL };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts them and puts their ends on `stops`; resolves with the environment of a gateway that uses them, and their processes. */
async function startDatabases({ redis, stops }) {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-bench-'));
  chmodSync(folder, 0o711);
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const postgres = new EmbeddedPostgres(folder);
  stops.push(() => postgres.stop());
  const clickhouse = spawn(process.execPath, [join(ROOT, 'test', 'support', 'databases', 'clickhouse-front.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  stops.push(() => (clickhouse.stdin.end(), once(clickhouse, 'exit')));
  if (redis) stops.push(await startRedis());
  const env = {
    GATEWAY_CONFIG: join(folder, 'gateway.yaml'),
    GATEWAY_DATABASE_URL: (await postgres.start()).url,
    GATEWAY_CLICKHOUSE_URL: `http://127.0.0.1:${String((await once(clickhouse.stdout, 'data'))[0]).trim()}`,
    GATEWAY_SECRET_KEY: 'bench-secret-bench-secret-bench-secret',
    ...(redis && { GATEWAY_REDIS_URL: `redis://127.0.0.1:${REDIS_PORT}` }),
  };
  return { env, pids: { postgres: postmaster(postgres), clickhouse: clickhouse.pid } };
}

/** The process that all others of an embedded PostgreSQL come from. */
export const postmaster = ({ folder }) => Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);

/** Keeps nothing. Resolves with its end. */
async function startRedis() {
  const child = spawn('redis-server', ['--port', String(REDIS_PORT), '--bind', '127.0.0.1', '--save', ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    if (String(chunk).includes('Ready to accept connections')) break;
  }
  child.stdout.resume();
  return () => (child.kill(), once(child, 'exit'));
}

const template = (upstream) => ({
  ...upstream,
  prefix: 'none',
  concurrency: 1_000,
  ...(upstream.transport === 'http' && { allowed_networks: ['127.0.0.0/8'] }),
});

/** Resolves with the key to call with. */
async function prepare(output, { priced, upstream }) {
  const shown = /API key\s+(\S+)/.exec(output)[1];
  if (!priced && !upstream) return shown;
  const ask = await administration(output);
  if (upstream) {
    const { id } = await ask('/servers', { template_name: 'peer' });
    await ask(`/servers/${id}/check`, {});
  }
  return priced ? accountKey(ask) : shown;
}

/** A function that asks the REST interface as the administrator: it posts the body, or gets where there is none. */
export async function administration(output) {
  const ask = (token) => async (path, body) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const request = body && { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(address('REST', output) + path, { ...request, headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const password = /password: (\S+)/.exec(output)[1];
  return ask((await ask()('/api/auth/login', { email: 'admin@localhost', password })).access_token);
}

/** The key of an account with more credits than a run can spend. */
async function accountKey(ask) {
  const { mcp_api_key: key, account } = await ask('/api/mcp/enable', {});
  await ask(`/api/admin/mcp/accounts/${account.id}/add-credits`, { amount: 1_000_000_000, reason: 'bench' });
  return key;
}

/** Whether a gateway has shown its banner, which is written at once; only a first one shows a key and what to do with it. */
export const isReady = (output) => /is ready[^]*MCP +http\S+\n/.test(output);

/** Where it serves `MCP` or `REST`, as its banner says. */
export const address = (name, output) => new RegExp(`${name}\\s+(http\\S+)`).exec(output)[1].replace('localhost', '127.0.0.1');
