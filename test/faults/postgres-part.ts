import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { PostgresPair } from '../support/databases/postgres-pair.js';
import type { Part } from './supervised.js';

/** PostgreSQL, alone or with a standby. */
export interface PostgresPart extends Part {
  /** Of the server that takes writes. */
  readonly url: string;
  /** Of all servers. */
  readonly urls: string[];
  /** SIGKILL, or SIGQUIT, which is its "immediate" shutdown. */
  kill(signal: 'SIGKILL' | 'SIGQUIT'): void;
  stop(): Promise<void> | void;
}

/** One on a port that stays, whichever process serves it. */
export class SinglePostgres implements PostgresPart {
  url = '';
  private readonly engine: EmbeddedPostgres;

  constructor(folder: string) {
    this.engine = new EmbeddedPostgres(folder);
  }

  get urls(): string[] {
    return [this.url];
  }

  isAlive(): boolean {
    return isRunning(this.pid());
  }

  async start(): Promise<void> {
    this.url = (await this.engine.start(this.url ? Number(new URL(this.url).port) : undefined)).url;
  }

  kill(signal: 'SIGKILL' | 'SIGQUIT'): void {
    if (this.isAlive()) process.kill(this.pid()!, signal);
  }

  stop(): Promise<void> {
    return this.engine.stop();
  }

  private pid(): number | undefined {
    try {
      return Number(readFileSync(join(this.engine.folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      return undefined;
    }
  }
}

/** A primary and a standby for which each commit waits. As a part it is what takes writes. */
export class PairOfPostgres extends PostgresPair implements PostgresPart {
  isAlive(): boolean {
    return isRunning(this.pid);
  }

  /** At first both. */
  override start(): Promise<void> {
    return this.url ? this.startPrimary() : super.start();
  }
}

function isRunning(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false; // ESRCH, or gone between the two
  }
}
