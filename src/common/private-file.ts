import { renameSync, writeFileSync } from 'node:fs';

/** Replaces the file by one that only its user can read. Whoever reads it meanwhile sees the old text or the new, never half. */
export function writePrivateFile(file: string, text: string): void {
  // A file that exists would keep the mode it has.
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text, { mode: 0o600 });
  renameSync(fresh, file);
}
