// `npm run bench`: starts every server itself, runs each row three times, prints one table and writes results.json.
// Machines differ and are noisy: the ratios in one run are the result, not the requests per second.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedPostgres } from '../../dist/database/embedded-postgres.js';
import { canPin, cpuMicros, pinned, startServer } from './server-process.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const SERVER_CORE = 0;
const LOAD_CORE = 1;
const RUNS = 3;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const STEADY_PER_SECOND = 1_000;
const PEER_PORT = 18_090;
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

const call = (name) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } });
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });

const peer =
  (file, env = {}) =>
  () =>
    startServer({
      args: [join(HERE, 'peers', file)],
      env: { PORT: String(PEER_PORT), ...env },
      core: SERVER_CORE,
      isReady: (output) => output.includes('ready'),
    }).then((server) => ({ ...server, url: `http://127.0.0.1:${PEER_PORT}/messages`, headers: HEADERS }));

/** As deployed: the gateway on its core, PostgreSQL and ClickHouse in processes of their own on the others. */
async function gateway({ priced = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-bench-'));
  chmodSync(folder, 0o711);
  const postgres = new EmbeddedPostgres(folder);
  const clickhouse = spawn(process.execPath, [join(HERE, '..', 'support', 'clickhouse-front.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const clickhousePort = String((await once(clickhouse.stdout, 'data'))[0]).trim();
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, 'port: 0\nmcp_port: 0\nlimits: { api_key_per_hour: 1000000000 }\nlog: { level: warn }\n');
  const server = await startServer({
    args: [join(HERE, '..', '..', 'dist', 'main.js')],
    env: {
      GATEWAY_CONFIG: config,
      GATEWAY_DATABASE_URL: (await postgres.start()).url,
      GATEWAY_CLICKHOUSE_URL: `http://127.0.0.1:${clickhousePort}`,
      GATEWAY_SECRET_KEY: 'bench-secret-bench-secret-bench-secret',
    },
    core: SERVER_CORE,
    isReady: (output) => /VS Code[^\n]*\n.*\n/.test(output),
  });
  const key = priced ? await accountKey(server.output) : /API key\s+(\S+)/.exec(server.output)[1];
  const url = /MCP\s+(http\S+)/.exec(server.output)[1].replace('localhost', '127.0.0.1');
  const stop = async () => {
    await server.stop();
    clickhouse.stdin.end();
    await Promise.all([once(clickhouse, 'exit'), postgres.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...server, stop, url, headers: { ...HEADERS, authorization: `Bearer ${key}` } };
}

/** The key of an account with more credits than a run can spend. */
async function accountKey(output) {
  const rest = /REST\s+(http\S+)/.exec(output)[1].replace('localhost', '127.0.0.1');
  const password = /password: (\S+)/.exec(output)[1];
  const post = async (path, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    return (await fetch(rest + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };
  const { access_token: token } = await post('/api/auth/login', { email: 'admin@localhost', password });
  const { mcp_api_key: key, account } = await post('/api/mcp/enable', {}, token);
  await post(`/api/admin/mcp/accounts/${account.id}/add-credits`, { amount: 1_000_000_000, reason: 'bench' }, token);
  return key;
}

const ROWS = [
  { name: 'node:http JSON echo', start: peer('node-http-echo.mjs'), body: call('echo') },
  { name: 'Nest on Express, echo', start: peer('nest-express-echo.mjs'), body: call('echo') },
  { name: 'SDK stateless recipe, tools/call', start: peer('sdk-stateless.mjs'), body: call('echo'), reference: 'call' },
  {
    name: 'SDK stateless recipe, tools/list, 50 tools',
    start: peer('sdk-stateless.mjs', { TOOLS: '50' }),
    body: LIST,
    reference: 'list',
  },
  {
    name: 'Tallygate, tools/call, key checked, limited, recorded',
    start: gateway,
    body: call('get_latest_trading_day'),
    against: 'call',
  },
  {
    name: 'the same at 128 connections',
    start: gateway,
    body: call('get_latest_trading_day'),
    connections: 128,
    against: 'call',
  },
  {
    name: 'Tallygate, tools/call, priced (reserve + settle)',
    start: () => gateway({ priced: true }),
    body: call('get_latest_trading_day'),
    against: 'call',
  },
  { name: 'Tallygate, tools/list, key checked', start: gateway, body: LIST, against: 'list' },
];

function load(server, body, connections, perSecond) {
  const { url, headers } = server;
  const options = JSON.stringify({ url, headers, body, connections, perSecond, seconds: SECONDS });
  const [program, ...args] = pinned(LOAD_CORE, [process.execPath, join(HERE, 'load.mjs'), options]);
  return JSON.parse(execFileSync(program, args, { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 }).toString());
}

async function measure({ start, body, connections = 32, against }) {
  const runs = [];
  for (let n = 0; n < RUNS; n += 1) {
    const server = await start();
    await assertAnswers(server, body);
    const before = cpuMicros(server.child.pid);
    const busy = load(server, body, connections);
    const after = cpuMicros(server.child.pid);
    const alone = load(server, body, 1);
    const steady = against === 'call' ? load(server, body, 64, STEADY_PER_SECOND) : { failures: 0 };
    await server.stop();
    const failures = busy.failures + alone.failures + steady.failures;
    if (failures) throw new Error(`${failures} failed requests`);
    // The warm-up second is in the CPU time and not in the requests; scale by the time measured.
    const cpu = before === undefined ? undefined : ((after - before) * (busy.seconds / (busy.seconds + 1))) / busy.requests;
    runs.push({
      perSecond: busy.requests / busy.seconds,
      p99Ms: busy.p99Ms,
      cpuMicros: cpu,
      aloneP50Ms: alone.p50Ms,
      aloneP99Ms: alone.p99Ms,
      steadyP50Ms: steady.p50Ms,
      steadyP99Ms: steady.p99Ms,
    });
  }
  runs.sort((a, b) => a.perSecond - b.perSecond);
  return runs[Math.floor(RUNS / 2)];
}

async function assertAnswers(server, body) {
  const answer = await fetch(server.url, { method: 'POST', headers: server.headers, body });
  const text = await answer.text();
  if (!answer.ok || !text.includes('"result"')) throw new Error(`${answer.status} ${text}`);
}

const table = [];
const references = {};
const only = process.argv[2]; // a part of a row's name, to measure just that while working on it
for (const row of ROWS.filter(({ name }) => !only || name.includes(only))) {
  process.stderr.write(`${row.name} …\n`);
  const result = await measure(row);
  if (row.reference) references[row.reference] = result.perSecond;
  const ratio = row.against ? result.perSecond / references[row.against] : undefined;
  table.push({ row: row.name, connections: row.connections ?? 32, ...result, timesTheRecipe: ratio });
}

const lock = JSON.parse(readFileSync(join(HERE, '..', '..', 'package-lock.json'), 'utf8')).packages;
const version = (name) => lock[`node_modules/${name}`].version;
const facts = {
  measuredAt: new Date().toISOString(),
  machine: { cpu: cpus()[0].model, cores: cpus().length, pinned: canPin },
  versions: {
    node: process.version,
    nest: version('@nestjs/core'),
    sdk: version('@modelcontextprotocol/sdk'),
    chdb: version('chdb'),
  },
  secondsPerRun: SECONDS,
  runs: RUNS,
};
if (!only) writeFileSync(join(HERE, 'results.json'), `${JSON.stringify({ ...facts, table }, null, 2)}\n`);
const show = (value, digits = 0) => (value === undefined ? '–' : value.toFixed(digits));
console.log(
  `\n| server | × the recipe | CPU µs/request | one client, p50 ms | ${STEADY_PER_SECOND}/s: p50, p99 ms | requests/s |`,
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const row of table) {
  const steady = `${show(row.steadyP50Ms, 1)}, ${show(row.steadyP99Ms, 1)}`;
  const columns = [show(row.timesTheRecipe, 1), show(row.cpuMicros), show(row.aloneP50Ms, 2), steady, show(row.perSecond)];
  console.log(`| ${row.row} | ${columns.join(' | ')} |`);
}
