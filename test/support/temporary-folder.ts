import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that the account PostgreSQL runs as may pass through, as a clone's folder usually is. */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `tallygate-${purpose}-`));
  chmodSync(folder, 0o711);
  return folder;
}
