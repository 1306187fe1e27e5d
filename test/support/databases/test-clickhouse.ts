import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ClickHouse } from '../../../src/clickhouse/clickhouse.js';
import { migrateClickHouse } from '../../../src/clickhouse/clickhouse-migrator.js';
import { testConfig } from '../gateway/test-config.js';

export type Fault = 'none' | 'refuse' | 'hang' | 'error' | 'timeout-after-commit';

/** A migrated ClickHouse of its own: the real engine in a process of its own, behind its HTTP interface. */
export interface TestClickHouse {
  url: string;
  clickhouse: ClickHouse;
  /** Makes the next statements fail this way. */
  arm: (mode: Fault, count: number) => Promise<void>;
  /** How many statements are still to fail. */
  faultsLeft: () => Promise<number>;
  stop: () => Promise<void>;
}

/** The engine may take its time to end; nothing of it is needed any more. */
const STOP_MAX_MS = 10_000;

/** Only the HTTP server, for tests that start a whole gateway against it. Without a folder its data goes when it stops. */
export async function startClickHouseServer(folder?: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const kept = folder === undefined ? [] : ['0', folder];
  const child = spawn(process.execPath, [join('test', 'support', 'databases', 'clickhouse-front.mjs'), ...kept], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const stop = async () => {
    const exited = once(child, 'exit');
    child.stdin.end();
    const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
    await exited;
    clearTimeout(deadline);
  };
  return { url: `http://127.0.0.1:${line.toString().trim()}`, stop };
}

export async function startTestClickHouse(folder?: string): Promise<TestClickHouse> {
  const server = await startClickHouseServer(folder);
  const clickhouse = new ClickHouse(testConfig({ clickhouse_url: server.url }));
  await clickhouse.start();
  await migrateClickHouse(clickhouse, join('src', 'clickhouse', 'migrations'));
  const arm = async (mode: Fault, count: number) => {
    await fetch(`${server.url}/fault`, { method: 'POST', body: JSON.stringify({ mode, count }) });
  };
  const faultsLeft = async () => ((await (await fetch(`${server.url}/fault`)).json()) as { count: number }).count;
  const stop = async () => {
    await clickhouse.onApplicationShutdown();
    await server.stop();
  };
  return { url: server.url, clickhouse, arm, faultsLeft, stop };
}
