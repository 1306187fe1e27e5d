import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../common/private-file.js';
import type { AppConfig } from '../config/app-config.js';

/** The gateway of a data folder with an embedded database, as it says in the folder; without URLs until it is ready. */
export interface RunningGateway {
  pid: number;
  restUrl?: string;
  mcpUrl?: string;
}

const fileIn = (dataDir: string) => join(dataDir, 'gateway.json');

/** Says in the data folder that this process is its gateway, unless another one is. Replicas, with databases on servers, have no such folder. */
export function announceGateway({ values, isAlone }: AppConfig, urls: Omit<RunningGateway, 'pid'> = {}): void {
  const dataDir = values.data_dir;
  const other = runningGateway(dataDir);
  if (!isAlone || (other && other.pid !== process.pid)) return;
  // With a secret in the settings nothing was kept there yet.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writePrivateFile(fileIn(dataDir), JSON.stringify({ pid: process.pid, ...urls }));
}

/** Takes back what this process has said. */
export function withdrawGateway(dataDir: string): void {
  if (runningGateway(dataDir)?.pid === process.pid) rmSync(fileIn(dataDir), { force: true });
}

/** Undefined when there is none; one that was killed is none. */
export function runningGateway(dataDir: string): RunningGateway | undefined {
  try {
    const gateway = JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as RunningGateway;
    return isProcess(gateway.pid) ? gateway : undefined;
  } catch {
    return undefined;
  }
}

function isProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'; // it is another user's
  }
}
