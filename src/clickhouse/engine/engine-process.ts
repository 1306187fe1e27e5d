import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endedWithin } from '../../common/concurrency/deadline.js';
import { programPath } from '../../config/environment.js';
import type { EngineAddress } from './engine-address.js';

/** What the engine tells whoever started it. */
export type EngineMessage = { ready: EngineAddress } | { waiting: true } | { failed: string } | { isDiskFull: boolean };

const PROGRAM = fileURLToPath(new URL('./main.js', import.meta.url));
/** For the statements that run; a killed one is repeated after the next start. */
const STOP_DEADLINE_MS = 20_000;
/** Statements wait in libuv's threads: those that run, one that is asked from outside, and those that cancel. */
const THREADS = '8';
const LOG_MAX_BYTES = 1024 * 1024;

export interface EngineOptions {
  dataDir: string;
  /** How long it waits for a folder that another process has open. */
  waitMs: number;
  onWaiting: () => void;
  /** Told whether the disk is as good as full, at first and when that changes. */
  onDisk: (isFull: boolean) => void;
}

/**
 * The embedded ClickHouse as a process, seen from the one that starts it. It has neither our stdin nor our terminal, and ends when
 * we do, however that is.
 */
export class EngineProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly address: EngineAddress,
    /** Resolves when it has ended, or could not be started. */
    readonly ended: Promise<void>,
  ) {}

  /** @throws Error in one line when it cannot start. */
  static async start(options: EngineOptions): Promise<EngineProcess> {
    const child = launch(options);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).on('error', () => resolve()));
    const address = await orEndedWithUs(child, ready(child, options));
    // From now on it must not keep a command alive that has nothing more to do.
    child.unref();
    child.channel?.unref();
    return new EngineProcess(child, address, ended);
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** It finishes the statements it is at. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.child.ref();
    if (this.child.connected) this.child.disconnect();
    if (await endedWithin(this.ended, STOP_DEADLINE_MS)) return;
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Only a process that is ready notices by itself that we end; one that still waits for its folder would take it, when it becomes free. */
async function orEndedWithUs<T>(child: ChildProcess, starting: Promise<T>): Promise<T> {
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    return await starting;
  } finally {
    process.off('exit', kill);
  }
}

/** Detached, in a session of its own, so that Ctrl-C does not reach it. */
function launch({ dataDir, waitMs }: EngineOptions): ChildProcess {
  mkdirSync(dataDir, { recursive: true });
  const log = openLog(logFile(dataDir));
  try {
    const env = { PATH: programPath, TZ: 'UTC', UV_THREADPOOL_SIZE: THREADS };
    const stdio = ['ignore', log, log, 'ipc'] as const;
    return spawn(process.execPath, [PROGRAM, dataDir, String(waitMs)], { env, detached: true, stdio: [...stdio] });
  } finally {
    closeSync(log);
  }
}

/** What the engine prints, most of all why it died. Begun anew when it has grown long. */
function openLog(file: string): number {
  const isLong = existsSync(file) && statSync(file).size > LOG_MAX_BYTES;
  return openSync(file, isLong ? 'w' : 'a', 0o600);
}

const logFile = (dataDir: string) => join(dataDir, 'clickhouse.log');

function ready(child: ChildProcess, { dataDir, onWaiting, onDisk }: EngineOptions): Promise<EngineAddress> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The embedded ClickHouse did not start; its log is ${logFile(dataDir)}`)));
    child.on('message', (message: EngineMessage) => {
      if ('ready' in message) resolve(message.ready);
      else if ('failed' in message) reject(new Error(message.failed));
      else if ('isDiskFull' in message) onDisk(message.isDiskFull);
      else onWaiting();
    });
  });
}
