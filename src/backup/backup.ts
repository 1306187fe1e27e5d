import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { VERSION } from '../common/version.js';
import type { AppConfig } from '../config/app-config.js';
import { writeManifest, type BackupManifest } from './backup-manifest.js';
import { exportClickHouse } from './clickhouse-tables.js';
import { exportPostgres } from './postgres-tables.js';
import { withStores } from './stores.js';

/** As in the data folder. */
export const SECRET_FILE = 'secret-key';

export interface BackupOptions {
  /** Leave the files uncompressed, to be read or compared. */
  plain?: boolean;
}

/**
 * Writes all data of a stopped gateway into a new folder, which appears only when it is complete: a file of JSON
 * lines per table, the secret key if the data folder keeps it, and a manifest. It depends on no version of either
 * database.
 * @throws Error in one line when a gateway runs or the folder exists
 */
export async function backUp(config: AppConfig, target: string, { plain = false }: BackupOptions = {}): Promise<BackupManifest> {
  const folder = resolve(target);
  if (existsSync(folder)) throw new Error(`${folder} already exists. A backup creates a new folder.`);
  const dataDir = config.values.data_dir;
  if (!existsSync(join(dataDir, 'clickhouse'))) throw new Error(`There is no data in ${dataDir}.`);
  return withStores(config, async ({ postgres, clickhouse }) => {
    const partial = `${folder}.partial`;
    try {
      for (const part of ['postgres', 'clickhouse']) mkdirSync(join(partial, part), { recursive: true, mode: 0o700 });
      const parts = {
        secret_included: copySecret(config, partial),
        postgres: await exportPostgres(postgres, partial, plain ? '' : '.gz'),
        clickhouse: await exportClickHouse(clickhouse, partial, plain ? '' : '.zst'),
      };
      const manifest = { version: VERSION, created_at: new Date().toISOString(), ...parts };
      writeManifest(partial, manifest);
      renameSync(partial, folder);
      return { format: 1, ...manifest };
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  });
}

/** False when the secret is a setting, which this never writes anywhere. */
function copySecret({ values }: AppConfig, folder: string): boolean {
  const kept = join(values.data_dir, SECRET_FILE);
  if (!existsSync(kept) || readFileSync(kept, 'utf8').trim() !== values.auth.secret_key) return false;
  copyFileSync(kept, join(folder, SECRET_FILE));
  return true;
}
