import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forCluster, refuseOtherEngine } from './clickhouse-cluster.js';
import type { ClickHouse } from './clickhouse.js';
import { demandRoom } from './disk-room.js';

/** Where the files are. */
export const MIGRATIONS_FOLDER = join(dirname(fileURLToPath(import.meta.url)), 'migrations');

interface MigrationFile {
  name: string;
  sql: string;
  checksum: string;
}

/**
 * Runs `NNNN_*.sql` in order, each once; statements in a file are separated by a semicolon at a line's end.
 * ClickHouse has no transactions for this, so every statement must be safe to run again (`IF NOT EXISTS`).
 * `only` names the files to run, for a schema of the past.
 * @throws Error when a file that has run was changed or removed since, when there is something to run and ClickHouse's disk is full, and
 * when `clickhouse.cluster` was set, or left out, after the tables were made.
 */
export async function migrateClickHouse(clickhouse: ClickHouse, folder: string, only?: string[]): Promise<string[]> {
  const files = readMigrations(folder);
  const applied = await appliedChecksums(clickhouse);
  refuseChanged(files, applied);
  const pending = files.filter((file) => !applied.has(file.name) && (only?.includes(file.name) ?? true));
  if (pending.length > 0) await prepare(clickhouse);
  for (const file of pending) await apply(clickhouse, file);
  return pending.map((file) => file.name);
}

/** The names of the files, in the order they run. */
export const migrationNames = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort();

/** The statements of a file. */
export const statementsOf = (sql: string): string[] => sql.split(/;\s*$/m).filter((statement) => statement.trim());

function readMigrations(folder: string): MigrationFile[] {
  return migrationNames(folder).map((name) => {
    const sql = readFileSync(join(folder, name), 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

async function prepare(clickhouse: ClickHouse): Promise<void> {
  await demandRoom(clickhouse);
  await define(
    clickhouse,
    'CREATE TABLE IF NOT EXISTS schema_migrations (name String, checksum String, applied_at DateTime DEFAULT now()) ENGINE = ReplacingMergeTree ORDER BY name',
  );
}

/** Every definition of a table goes through here. */
function define(clickhouse: ClickHouse, statement: string): Promise<void> {
  return clickhouse.command(clickhouse.cluster ? forCluster(statement, clickhouse.cluster) : statement);
}

/** None before the first migration. */
async function appliedChecksums(clickhouse: ClickHouse): Promise<Map<string, string>> {
  const named = "database = currentDatabase() AND name = 'schema_migrations'";
  const [table] = await clickhouse.query<{ engine: string }>(`SELECT engine FROM system.tables WHERE ${named}`);
  if (!table) return new Map();
  refuseOtherEngine(table.engine, clickhouse.cluster);
  const rows = await clickhouse.query<{ name: string; checksum: string }>('SELECT name, checksum FROM schema_migrations FINAL');
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

function refuseChanged(files: MigrationFile[], applied: Map<string, string>): void {
  for (const [name, checksum] of applied) {
    const file = files.find((candidate) => candidate.name === name);
    if (!file)
      throw new Error(
        `ClickHouse migration ${name} has run on this data but is missing here: this data belongs to a newer Tallygate.`,
      );
    if (file.checksum !== checksum)
      throw new Error(
        `ClickHouse migration ${name} was changed after it ran. Restore the file and put the change into a new one.`,
      );
  }
}

async function apply(clickhouse: ClickHouse, file: MigrationFile): Promise<void> {
  for (const statement of statementsOf(file.sql)) await define(clickhouse, statement);
  await clickhouse.command('INSERT INTO schema_migrations (name, checksum) VALUES ({name:String}, {checksum:String})', {
    name: file.name,
    checksum: file.checksum,
  });
}
