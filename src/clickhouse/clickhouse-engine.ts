import { loggerFor } from '../common/log-contexts.js';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EngineAddress } from './engine/engine-address.js';
import { EngineProcess } from './engine/engine-process.js';

/** Before an engine that ended is started again; twice as long each time that it does not last. */
const RESTART_PAUSE_MS = 500;
const RESTART_PAUSE_MAX_MS = 30_000;
/** One that lived for this long was well. */
const LASTED_MS = 60_000;

const DISK_FULL =
  'is as good as full: ClickHouse writes and merges nothing, and usage waits in PostgreSQL. Free space there (old backups, logs, ' +
  'other files), enlarge the disk, or keep usage for fewer months (usage.keep_months); it then goes on by itself';

/** The embedded ClickHouse of a data folder: starts it, guards it, and stops it. */
export class ClickHouseEngine {
  private readonly logger = loggerFor('ClickHouse');
  private engine: EngineProcess | undefined;
  private isFull = false;
  private startedAt = 0;
  private pauseMs = RESTART_PAUSE_MS;
  private readonly stopping = new AbortController();

  constructor(
    private readonly dataDir: string,
    private readonly waitMs: number,
    /** Told where it is after every start, since each has a port and a password of its own. */
    private readonly onReady: (address: EngineAddress) => void,
  ) {}

  /** Whether its disk is as good as full, so that it writes nothing. */
  get isDiskFull(): boolean {
    return this.isFull;
  }

  /** @throws Error in one line when it cannot start, or another process keeps the folder open. */
  async start(): Promise<void> {
    const started = performance.now();
    const folder = join(this.dataDir, 'clickhouse');
    const isNew = !existsSync(folder);
    await this.launch();
    this.logger.log(`Ready, embedded, ${isNew ? 'new ' : ''}data in ${folder} (${Math.round(performance.now() - started)} ms)`);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.engine?.stop();
  }

  private async launch(): Promise<void> {
    const onWaiting = () => this.logger.log('Waiting for the data folder: another process has its ClickHouse open');
    const onDisk = (isFull: boolean) => this.noteDisk(isFull);
    const engine = await EngineProcess.start({ dataDir: this.dataDir, waitMs: this.waitMs, onWaiting, onDisk });
    this.engine = engine;
    this.startedAt = performance.now();
    if (this.stopping.signal.aborted) return engine.stop();
    void engine.ended.then(() => this.restart());
    this.onReady(engine.address);
  }

  private noteDisk(isFull: boolean): void {
    if (isFull === this.isFull) return;
    this.isFull = isFull;
    if (isFull) this.logger.error(`The disk of ${this.dataDir} ${DISK_FULL}`);
    else this.logger.log(`There is room again on the disk of ${this.dataDir}: ClickHouse writes and merges`);
  }

  /** It died under us: what was asked has failed, and what is asked next finds the new one. */
  private async restart(): Promise<void> {
    if (performance.now() - this.startedAt > LASTED_MS) this.pauseMs = RESTART_PAUSE_MS;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      this.logger.warn('The embedded engine is gone; starting it again');
      await pause(this.pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      this.pauseMs = Math.min(2 * this.pauseMs, RESTART_PAUSE_MAX_MS);
      if (signal.aborted) return;
      try {
        await this.launch();
        return this.logger.log('Ready again');
      } catch (error) {
        this.logger.error((error as Error).message);
      }
    }
  }
}
