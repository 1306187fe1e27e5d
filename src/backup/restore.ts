import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { migrateClickHouse, migrationNames, MIGRATIONS_FOLDER } from '../clickhouse/clickhouse-migrator.js';
import type { AppConfig } from '../config/app-config.js';
import { dataSourceOptions, migrate } from '../database/data-source.js';
import { MIGRATIONS } from '../database/migrations/index.js';
import { SECRET_FILE } from './backup.js';
import { readManifest, verifyFiles, type BackupManifest } from './backup-manifest.js';
import { importClickHouse, tableNames } from './clickhouse-tables.js';
import { importPostgres } from './postgres-tables.js';
import { withStores, type Stores } from './stores.js';

export interface RestoreOptions {
  /** Deletes the data that is there. */
  replace?: boolean;
}

/**
 * Brings a backup back into the data folder, as of the version that made it; the next start migrates it.
 * @throws Error in one line, and nothing has changed, when the backup is not whole or too new, a gateway runs, or data is
 * there and may not be replaced. A failure after that leaves no data behind.
 */
export async function restore(
  config: AppConfig,
  source: string,
  { replace = false }: RestoreOptions = {},
): Promise<BackupManifest> {
  const folder = resolve(source);
  const manifest = readManifest(folder);
  refuseNewer(manifest);
  await verifyFiles(folder, manifest);
  await withStores(config, async (stores) => {
    if (!replace) await refuseData(stores, config);
    try {
      await clear(stores);
      await makeTables(stores, manifest);
      await importClickHouse(stores.clickhouse, folder, manifest.clickhouse.tables);
      await importPostgres(stores.postgres, folder, manifest.postgres);
    } catch (error) {
      await clear(stores);
      throw error;
    }
    if (manifest.secret_included) copyFileSync(join(folder, SECRET_FILE), join(config.values.data_dir, SECRET_FILE));
  });
  return manifest;
}

function refuseNewer({ version, postgres, clickhouse }: BackupManifest): void {
  const known = [...MIGRATIONS.map((Migration) => new Migration().name), ...migrationNames(MIGRATIONS_FOLDER)];
  const unknown = [...postgres.migrations, ...clickhouse.migrations].find((name) => !known.includes(name));
  if (unknown)
    throw new Error(`The backup was made by a newer Tallygate (${version}), which knows ${unknown}. Install that one.`);
}

async function refuseData({ postgres, clickhouse }: Stores, { values }: AppConfig): Promise<void> {
  const { rows } = await postgres.query("SELECT 1 FROM pg_namespace WHERE nspname = 'mcp'");
  if (rows.length === 0 && (await tableNames(clickhouse)).length === 0) return;
  throw new Error(`There is data in ${values.data_dir}. Give --replace to delete it, or another GATEWAY_DATA_DIR to keep it.`);
}

async function clear({ postgres, clickhouse }: Stores): Promise<void> {
  await postgres.query('DROP SCHEMA IF EXISTS mcp CASCADE');
  for (const table of await tableNames(clickhouse)) await clickhouse.command('DROP TABLE {table:Identifier} SYNC', { table });
}

/** As the version that made the backup had them. */
async function makeTables({ url, clickhouse }: Stores, manifest: BackupManifest): Promise<void> {
  const migrations = MIGRATIONS.filter((Migration) => manifest.postgres.migrations.includes(new Migration().name));
  const dataSource = await new DataSource({ ...dataSourceOptions(url, []), migrations }).initialize();
  await migrate(dataSource);
  await dataSource.destroy();
  await migrateClickHouse(clickhouse, MIGRATIONS_FOLDER, manifest.clickhouse.migrations);
}
