import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

const CHUNK = Buffer.alloc(1_048_576);
const CRUMB = Buffer.alloc(4_096);

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

  async fill(): Promise<void> {
    const file = await open(this.filler, 'w');
    try {
      for (const piece of [CHUNK, CRUMB]) await writeUntilFull(file, piece);
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
