import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const CHUNK = Buffer.alloc(1_048_576);
const CRUMB = Buffer.alloc(4_096);
const LITTLE = Buffer.alloc(16 * CHUNK.length);
const SEEN_MS = 1_000;

/** A small disk in memory under a data folder, which can be filled to the last byte and emptied again. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  /** Undefined where this process may not mount. */
  static mount(folder: string, megabytes: number): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'tmpfs', folder], { stdio: 'ignore' });
      return new SmallDisk(folder);
    } catch {
      return undefined;
    }
  }

  /** First all but a little, as disks fill: whoever looks how much is left can see it coming. */
  async fill(): Promise<void> {
    await this.fillNearly();
    await pause(SEEN_MS);
    const file = await open(this.filler, 'a');
    try {
      for (const piece of [LITTLE, CHUNK, CRUMB]) await writeUntilFull(file, piece);
    } finally {
      await file.close();
    }
  }

  /** All but a little. */
  async fillNearly(): Promise<void> {
    const file = await open(this.filler, 'w');
    try {
      while (this.freeBytes > LITTLE.length) await file.write(CHUNK);
    } finally {
      await file.close();
    }
  }

  empty(): void {
    rmSync(this.filler, { force: true });
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder]);
  }

  private get filler(): string {
    return join(this.folder, 'filler');
  }
}

async function writeUntilFull(file: Awaited<ReturnType<typeof open>>, piece: Buffer): Promise<void> {
  try {
    for (;;) await file.write(piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
