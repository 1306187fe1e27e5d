import { statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';

/** What is kept free, or a tenth of a smaller disk. */
const KEPT_FREE_BYTES = 256 * 1_048_576;
const SHARE_KEPT_FREE = 0.1;
/** So much more must be free before it is written on again, so that it does not go to and fro. */
const ENOUGH = 1.25;
/** A disk does not fill by what is kept free in this time. */
const LOOK_MS = 100;

interface Space {
  bavail: number;
  blocks: number;
  bsize: number;
}

/**
 * Sees to it that the engine never meets a full disk, since it takes no notice of a write that finds no room (chdb 3.4, which is
 * ClickHouse 26.7): it calls a half-written part or definition done, and what is merged into the part is lost with the next start.
 * So merges stop, and nothing new is written, while there is still some room.
 */
export class DiskGuard {
  /** Whether the disk is as good as full. */
  isFull: boolean;
  private areMergesStopped = false;
  private readonly task = new PeriodicTask('ClickHouse', LOOK_MS, () => this.look());

  /** @param stopMerges Stops them, or lets them go on. It is called again until it succeeds. */
  constructor(
    private readonly folder: string,
    private readonly stopMerges: (stop: boolean) => Promise<unknown>,
  ) {
    this.isFull = this.judge(statfsSync(folder));
    this.task.nudge();
  }

  /** Resolves when it watches no more. */
  close(): Promise<void> {
    return this.task.stop();
  }

  private async look(): Promise<void> {
    const space = await statfs(this.folder).catch(() => undefined);
    if (space) this.isFull = this.judge(space);
    if (this.isFull === this.areMergesStopped) return;
    await this.stopMerges(this.isFull);
    this.areMergesStopped = this.isFull;
  }

  private judge({ bavail, blocks, bsize }: Space): boolean {
    const kept = Math.min(KEPT_FREE_BYTES, SHARE_KEPT_FREE * blocks * bsize);
    return bavail * bsize < (this.isFull ? ENOUGH * kept : kept);
  }
}
