import { join } from 'node:path';
import type { ClickHouse } from '../clickhouse/clickhouse.js';
import { sha256Of } from '../common/files/checked-file.js';
import type { BackupManifest, TableFile } from './backup-manifest.js';

const MIGRATIONS = 'schema_migrations';

/** Writes every table. The engine writes the files itself, so this works with the embedded one only. */
export async function exportClickHouse(
  clickhouse: ClickHouse,
  folder: string,
  suffix: string,
): Promise<BackupManifest['clickhouse']> {
  const tables: TableFile[] = [];
  for (const table of await tableNames(clickhouse)) {
    if (table === MIGRATIONS) continue;
    const file = `clickhouse/${table}.jsonl${suffix}`;
    await clickhouse.command(
      `INSERT INTO FUNCTION file({path:String}, JSONEachRow) SELECT * FROM {table:Identifier}
       SETTINGS output_format_json_quote_denormals = 1, engine_file_truncate_on_insert = 1`,
      { path: join(folder, file), table },
    );
    tables.push({ table, file, sha256: await sha256Of(join(folder, file)) });
  }
  const ran = await clickhouse.query<{ name: string }>(`SELECT name FROM ${MIGRATIONS} FINAL ORDER BY name`);
  return { migrations: ran.map(({ name }) => name), tables };
}

/** Fills the tables that migrations have just created. After a failure, some of them are filled. */
export async function importClickHouse(clickhouse: ClickHouse, folder: string, tables: TableFile[]): Promise<void> {
  await clickhouse.command('SYSTEM STOP TTL MERGES'); // rows come back whatever their age; the gateway decides afterwards
  for (const { table, file } of tables) {
    await clickhouse.command(
      `INSERT INTO {table:Identifier} SELECT * FROM file({path:String}, JSONEachRow)
       SETTINGS use_structure_from_insertion_table_in_table_functions = 1, max_partitions_per_insert_block = 0`,
      { path: join(folder, file), table },
    );
  }
}

/** The names of all tables. */
export async function tableNames(clickhouse: ClickHouse): Promise<string[]> {
  const tables = await clickhouse.query<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name',
  );
  return tables.map(({ name }) => name);
}
