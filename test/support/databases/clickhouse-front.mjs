// The engine process of the embedded ClickHouse, for tests: the real engine and its HTTP interface behind a door that can
// be told to fail. Run as a process of its own, since an engine is bound to one folder per process.
// Prints its port, then serves until stdin closes. `POST /fault {"mode": …, "count": N}` arms a fault for the next N
// statements: refuse | hang | error | internal-error | timeout-after-commit | late (commits seconds after the question,
// whether or not anyone still waits). `GET /fault` says how many are still to come.
// Arguments: its port, or 0; a folder that keeps the data, or else a temporary one. Takes the build.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { engineServer } from '../../../dist/clickhouse/engine/engine-server.js';
import { StatementRunner } from '../../../dist/clickhouse/engine/statement-runner.js';

const LATE_MS = 3_000;
/** Tests give no password; `default` of a fresh server has none either. */
const PASSWORD = '';
const AUTHORIZATION = `Basic ${Buffer.from(`default:${PASSWORD}`).toString('base64')}`;

const kept = process.argv[3];
const folder = kept ?? mkdtempSync(join(tmpdir(), 'tallygate-clickhouse-'));
const engine = new StatementRunner(folder);
let fault = { mode: 'none', count: 0 };

/** One that is late, or whose answer is lost, runs to its end whether or not anyone waits. */
const runner = {
  async run(statement, gone) {
    const mode = takeFault();
    const runs = () => engine.run(statement, mode === 'none' ? gone : new AbortController().signal);
    if (mode === 'none') return runs();
    if (mode === 'late') return pause(LATE_MS).then(runs);
    if (mode === 'timeout-after-commit') await runs();
    if (mode === 'error') throw new Error('Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS)');
    if (mode === 'internal-error') throw new Error('Code: 1001. DB::Exception: broken. (STD_EXCEPTION)');
    return new Promise(() => {}); // hang, or the end of a statement that nobody hears of
  },
};

function takeFault() {
  if (fault.count <= 0) return 'none';
  fault.count -= 1;
  return fault.mode;
}

const real = engineServer(runner, PASSWORD);

const server = createServer(async (request, response) => {
  if (request.url === '/fault') return response.end(await faultOf(request));
  if (fault.mode === 'refuse' && request.url !== '/ping' && takeFault() === 'refuse') return request.socket.destroy();
  request.headers.authorization ??= AUTHORIZATION;
  real.emit('request', request, response);
});

async function faultOf(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.method === 'POST') fault = JSON.parse(body);
  return JSON.stringify(fault);
}

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
