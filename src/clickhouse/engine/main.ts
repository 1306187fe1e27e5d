import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { closeFolder } from '../../common/files/closed-folder.js';
import { isRunning } from '../../common/is-running.js';
import { removeAddress, writeAddress, type EngineAddress } from './engine-address.js';
import type { EngineMessage } from './engine-process.js';
import { engineServer } from './engine-server.js';
import type { StatementRunner } from './statement-runner.js';

/** Between two looks whether the folder is free. */
const LOOK_AGAIN_MS = 100;

const [dataDir, waitMs] = [process.argv[2]!, Number(process.argv[3])];
const folder = join(dataDir, 'clickhouse');

// It ends with its gateway, and not before: Ctrl-C, a supervisor's SIGTERM and the end of a terminal may reach every process, and the
// gateway still has usage to deliver.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('SIGHUP', () => undefined);

try {
  await serve(await open());
} catch (error) {
  await tell({ failed: (error as Error).message });
  process.exit(1);
}

/** On a port of its own, until the process that started it ends the channel between them, or is gone. */
async function serve(runner: StatementRunner): Promise<void> {
  const password = randomBytes(24).toString('hex');
  const server = engineServer(runner, password).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: EngineAddress = { port: (server.address() as AddressInfo).port, password, pid: process.pid };
  writeAddress(dataDir, address);
  if (process.connected) process.once('disconnect', () => void end());
  else await end();
  await tell({ ready: address });

  async function end(): Promise<void> {
    removeAddress(dataDir, address);
    server.close();
    server.closeIdleConnections();
    await runner.close();
    process.exit(0);
  }
}

/** An engine whose gateway was killed finishes what it is at; until then the folder is its own. */
async function open(): Promise<StatementRunner> {
  const { StatementRunner } = await import('./statement-runner.js').catch((cause: unknown) => {
    throw new Error(
      'The embedded ClickHouse is not installed (optional package chdb). Set GATEWAY_CLICKHOUSE_URL to use a server.',
      {
        cause,
      },
    );
  });
  const problem = closeFolder(folder); // what it holds is for nobody who does not know the password
  if (problem) process.stderr.write(`${problem}\n`);
  const deadline = performance.now() + waitMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return new StatementRunner(folder, (isDiskFull) => void tell({ isDiskFull }));
    } catch (error) {
      if (!process.connected) process.exit(1);
      if (!isOpenElsewhere()) throw error;
      if (performance.now() > deadline) throw new Error(`Another process has ${folder} open. Stop it first.`, { cause: error });
      if (tries === 1) await tell({ waiting: true });
      await pause(LOOK_AGAIN_MS);
    }
  }
}

/** ClickHouse says in `status` which process has the folder, and leaves the file behind when it is killed. */
function isOpenElsewhere(): boolean {
  const file = join(folder, 'status');
  const [, pid] = /^PID: (\d+)/.exec(existsSync(file) ? readFileSync(file, 'utf8') : '') ?? [];
  return pid !== undefined && isRunning(Number(pid));
}

/** Resolves when it is on its way, or nobody is there to hear it. */
function tell(message: EngineMessage): Promise<void> {
  return new Promise((resolve) => (process.connected ? process.send!(message, () => resolve()) : resolve()));
}
