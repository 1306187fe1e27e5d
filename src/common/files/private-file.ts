import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Replaces the file by one that only its user can read. Whoever reads it meanwhile sees the old text or the new, never half. */
export function writePrivateFile(file: string, text: string): void {
  // A file that exists would keep the mode it has.
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text, { mode: 0o600 });
  renameSync(fresh, file);
}

/** Makes the file, unless it is there: of several who make it at once, one does. Whole at once, where the disk has hard links. */
export function createPrivateFile(file: string, text: string): void {
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text, { mode: 0o600 });
  try {
    unlessThere(() => linkSync(fresh, file));
  } catch {
    unlessThere(() => writeFileSync(file, text, { mode: 0o600, flag: 'wx' }));
  } finally {
    rmSync(fresh);
  }
}

function unlessThere(make: () => void): void {
  try {
    make();
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
}
