import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunning } from '../common/is-running.js';
import { createPrivateFile, writePrivateFile } from '../common/files/private-file.js';
import type { AppConfig } from '../config/app-config.js';

/** The gateway of a data folder with an embedded database, as it says in the folder; without URLs until it is ready. */
export interface RunningGateway {
  pid: number;
  restUrl?: string;
  mcpUrl?: string;
}

const LOOK_AGAIN_MS = 100;

const fileIn = (dataDir: string) => join(dataDir, 'gateway.json');

/**
 * Says in the data folder that this process starts as its gateway. Of several that start at once one does; the others wait for it
 * to be ready, or to fail. Replicas, with databases on servers, have no such folder.
 * @returns false when another one is ready
 */
export async function announceStart({ values, isAlone }: AppConfig): Promise<boolean> {
  const patient = performance.now() + 1_000 * values.start_timeout_seconds;
  while (isAlone && !claim(values.data_dir)) {
    if (runningGateway(values.data_dir)?.restUrl !== undefined) return false;
    if (performance.now() > patient)
      forgetGateway(values.data_dir); // it hangs, or its number is another process's by now
    else await pause(LOOK_AGAIN_MS);
  }
  return true;
}

/** Whether it is ours now. */
function claim(dataDir: string): boolean {
  const other = runningGateway(dataDir);
  if (other && other.pid !== process.pid) return false;
  // With a secret in the settings nothing was kept there yet.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  forgetGateway(dataDir);
  createPrivateFile(fileIn(dataDir), JSON.stringify({ pid: process.pid }));
  return runningGateway(dataDir)?.pid === process.pid;
}

/** Says where it is. Who is ready has the databases and is the gateway, whoever else has started and waits for them. */
export function announceReady({ values, isAlone }: AppConfig, urls: Omit<RunningGateway, 'pid'>): void {
  if (isAlone) writePrivateFile(fileIn(values.data_dir), JSON.stringify({ pid: process.pid, ...urls }));
}

/** Takes back what this process has said. */
export function withdrawGateway(dataDir: string): void {
  if (runningGateway(dataDir)?.pid === process.pid) forgetGateway(dataDir);
}

/** Takes back what one has said that is there no more. */
export function forgetGateway(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}

/** Undefined when there is none; one that was killed is none. */
export function runningGateway(dataDir: string): RunningGateway | undefined {
  try {
    const gateway = JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as RunningGateway;
    return isRunning(gateway.pid) ? gateway : undefined;
  } catch {
    return undefined;
  }
}
