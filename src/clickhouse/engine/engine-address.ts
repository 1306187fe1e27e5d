import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../../common/files/private-file.js';

/** The engine knows no other. */
export const USER = 'default';

/** How to reach the engine that runs on a data folder: on this machine, with a password made when it started. */
export interface EngineAddress {
  port: number;
  password: string;
  pid: number;
}

const fileIn = (dataDir: string) => join(dataDir, 'clickhouse.json');

/** Readable by the user of the gateway only; whoever can read the data itself can read this too. */
export function writeAddress(dataDir: string, address: EngineAddress): void {
  writePrivateFile(fileIn(dataDir), JSON.stringify(address));
}

/** Where the engine is, or was if it was killed; undefined when none has been started since the last one ended. */
export function readAddress(dataDir: string): EngineAddress | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as EngineAddress;
  } catch {
    return undefined;
  }
}

/** Only its own: the next engine may have written already. */
export function removeAddress(dataDir: string, { pid }: EngineAddress): void {
  if (readAddress(dataDir)?.pid === pid) rmSync(fileIn(dataDir), { force: true });
}

/** As `GATEWAY_CLICKHOUSE_URL` has it. A secret. */
export const engineUrl = ({ port, password }: EngineAddress): string => `http://${USER}:${password}@127.0.0.1:${port}`;
