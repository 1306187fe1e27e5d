import { statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { loggerFor } from '../../common/log-contexts.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';

/** What is kept free, or a tenth of a smaller disk. */
const KEPT_FREE_BYTES = 256 * 1_048_576;
const SHARE_KEPT_FREE = 0.1;
/** So much more must be free before it is written on again, so that it does not go to and fro. */
const ENOUGH = 1.25;
/** A disk does not fill by what is kept free in this time. */
const LOOK_MS = 100;
/** After merges could not be stopped or started; twice as long each time, since the log may be on the disk that is full. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 60_000;

/** Of a disk, as `statfs` says it: blocks of so many bytes, and how many are free. */
export interface Space {
  bavail: number;
  blocks: number;
  bsize: number;
}

export interface DiskGuardOptions {
  /** Stops them, or lets them go on. It is called again until it succeeds. */
  stopMerges: (stop: boolean) => Promise<unknown>;
  /** Told how it is at first, and of each change. */
  onChange: (isFull: boolean) => void;
  /** How much room there is. */
  look?: () => Promise<Space>;
}

/**
 * Sees to it that the engine never meets a full disk, since it takes no notice of a write that finds no room (chdb 3.4, which is
 * ClickHouse 26.7): it calls a half-written part or definition done, and what is merged into the part is lost with the next start.
 * So merges stop, and nothing new is written, while there is still some room.
 */
export class DiskGuard {
  /** Whether the disk is as good as full. */
  isFull: boolean;
  private readonly logger = loggerFor('ClickHouse');
  private areMergesStopped = false;
  private retryMs = RETRY_MS;
  /** Monotonic, ms. */
  private retryAt = 0;
  private readonly task = new PeriodicTask('ClickHouse', LOOK_MS, () => this.guard());
  private readonly look: () => Promise<Space>;

  constructor(
    folder: string,
    private readonly options: DiskGuardOptions,
  ) {
    this.look = options.look ?? (() => statfs(folder));
    this.isFull = isAsGoodAsFull(statfsSync(folder), false);
    options.onChange(this.isFull);
    this.task.nudge();
  }

  /** Resolves when it watches no more. */
  close(): Promise<void> {
    return this.task.stop();
  }

  private async guard(): Promise<void> {
    const space = await this.look().catch(() => undefined);
    if (space) this.judge(isAsGoodAsFull(space, this.isFull));
    if (this.isFull !== this.areMergesStopped && performance.now() >= this.retryAt) await this.holdMerges(this.isFull);
  }

  private judge(isFull: boolean): void {
    if (isFull === this.isFull) return;
    this.isFull = isFull;
    this.options.onChange(isFull);
  }

  private async holdMerges(stop: boolean): Promise<void> {
    try {
      await this.options.stopMerges(stop);
      this.areMergesStopped = stop;
      this.retryMs = RETRY_MS;
    } catch (error) {
      this.retryAt = performance.now() + this.retryMs;
      this.logger.warn(
        `Merges cannot be ${stop ? 'stopped' : 'started'}: ${(error as Error).message}; trying again in ${this.retryMs} ms`,
      );
      this.retryMs = Math.min(2 * this.retryMs, RETRY_MAX_MS);
    }
  }
}

/** Whether a disk has too little room to be written on; one that was full needs some more. */
export function isAsGoodAsFull({ bavail, blocks, bsize }: Space, wasFull: boolean): boolean {
  const kept = Math.min(KEPT_FREE_BYTES, SHARE_KEPT_FREE * blocks * bsize);
  return bavail * bsize < (wasFull ? ENOUGH * kept : kept);
}
