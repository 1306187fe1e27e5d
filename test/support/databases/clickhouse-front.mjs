// ClickHouse's HTTP interface over the embedded engine, for tests: the real engine behind the real client, where
// faults can be injected. Run as a process of its own, since an engine is bound to one folder per process.
// Prints its port, then serves until stdin closes. `POST /fault {"mode": …, "count": N}` arms a fault for the next N
// statements: refuse | hang | error | internal-error | timeout-after-commit | late (commits seconds after the question,
// whether or not anyone still waits). `GET /fault` says how many are still to come.
// Arguments: its port, or 0; a folder that keeps the data, or else a temporary one.
import { rmSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createChdbConnection } from 'chdb/connection';

const LATE_MS = 3_000;

const kept = process.argv[3];
const folder = kept ?? mkdtempSync(join(tmpdir(), 'tallygate-clickhouse-'));
const engine = createChdbConnection({ path: folder });
const NOT_SETTINGS = new Set(['query', 'query_id', 'session_id', 'database', 'wait_end_of_query', 'user', 'password']);
let fault = { mode: 'none', count: 0 };

const read = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

/** Strings arrive escaped as in TSV; everything else is passed on as the text it is. */
const unescape = (text) =>
  text.replace(/\\([\\tnrbf0'])/g, (_, c) => ({ t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', 0: '\0' })[c] ?? c);

/** An array of strings arrives as `['a','b']`, each escaped. */
const parameter = (text) => {
  if (text.startsWith("['")) return [...text.matchAll(/'((?:\\.|[^'\\])*)'/g)].map(([, item]) => unescape(item));
  return text.startsWith('[') ? text : unescape(text);
};

async function run(url, body) {
  const query_params = {};
  const clickhouse_settings = {};
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) query_params[name.slice(6)] = parameter(value);
    else if (!NOT_SETTINGS.has(name)) clickhouse_settings[name] = value;
  }
  const inUrl = url.searchParams.get('query');
  const query = inUrl === null ? body : body ? `${inUrl}\n${body}` : inUrl;
  const { stream } = await engine.query({ query, query_params, clickhouse_settings });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function takeFault() {
  if (fault.count <= 0) return 'none';
  fault.count -= 1;
  return fault.mode;
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const body = await read(request);
  if (url.pathname === '/ping') return response.end('Ok.\n');
  if (url.pathname === '/fault') {
    if (request.method === 'POST') fault = JSON.parse(body);
    return response.end(JSON.stringify(fault));
  }
  const mode = takeFault();
  if (mode === 'refuse') return request.socket.destroy();
  if (mode === 'hang') return;
  if (mode === 'error') return response.writeHead(500).end('Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS)');
  if (mode === 'internal-error') return response.writeHead(500).end('Code: 1001. DB::Exception: broken. (STD_EXCEPTION)');
  if (mode === 'late') await pause(LATE_MS);
  try {
    const result = await run(url, body);
    if (mode === 'timeout-after-commit') return;
    response
      .writeHead(200, { 'content-type': 'text/plain', 'x-clickhouse-query-id': url.searchParams.get('query_id') ?? '' })
      .end(result);
  } catch (error) {
    const code = error.code ?? 0;
    response
      .writeHead(500, { 'x-clickhouse-exception-code': String(code) })
      .end(`Code: ${code}. DB::Exception: ${error.message} (${error.type ?? 'UNKNOWN'})`);
  }
});

const stop = async () => {
  server.closeAllConnections();
  server.close();
  await engine.close();
  if (!kept) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
};
process.stdin.resume().on('end', stop);
process.on('SIGTERM', stop);
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(server.address().port));
