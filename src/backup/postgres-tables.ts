import { join } from 'node:path';
import type pg from 'pg';
import { sha256Of } from '../common/files/checked-file.js';
import { LOCK } from '../database/advisory-lock.js';
import type { BackupManifest, TableFile } from './backup-manifest.js';
import { readLines, writeLines } from './json-lines.js';

const ROWS_AT_ONCE = 1_000;

/**
 * A new cluster has its own: which migrations ran; which functions it was given; changes that only running gateways need
 * to hear of; who is signed in to the portal, since those who have signed out since would be in again; and the batch being delivered.
 * Its rows are still in the outbox; sent again, they replace themselves.
 */
const LEFT_OUT = ['migrations', 'functions', 'auth_changes', 'sessions', 'usage_batches'];

/** Writes every table as of one moment, while others may go on writing. */
export async function exportPostgres(client: pg.Client, folder: string, suffix: string): Promise<BackupManifest['postgres']> {
  await keepLedgerWhole(client);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const migrations = await column(client, 'SELECT name FROM mcp.migrations ORDER BY id');
  const tables: TableFile[] = [];
  for (const table of await tableNames(client)) {
    const file = `postgres/${table}.jsonl${suffix}`;
    await writeLines(join(folder, file), rowsOf(client, table));
    tables.push({ table, file, sha256: await sha256Of(join(folder, file)) });
  }
  const sequences = await sequencesOf(client);
  await client.query('COMMIT');
  return { migrations, sequences, tables };
}

/** As long as the connection lives: a month that goes to its archive meanwhile would be in neither of the two. */
async function keepLedgerWhole(client: pg.Client): Promise<void> {
  const [locked] = await column(client, 'SELECT pg_try_advisory_lock($1)::text', [LOCK.ledgerArchive]);
  if (locked !== 'true') throw new Error('`tallygate ledger archive` is at work on this data. Back up when it is done.');
}

/**
 * Fills the tables that migrations have just created, all or none. Triggers and references are off, since the rows
 * are complete.
 */
export async function importPostgres(client: pg.Client, folder: string, manifest: BackupManifest['postgres']): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SET LOCAL session_replication_role = replica');
    // Truncate all before filling any: migrations may have put rows there, and CASCADE reaches other tables.
    for (const { table } of manifest.tables) await client.query(`TRUNCATE mcp.${name(table)} CASCADE`);
    for (const { table, file } of manifest.tables) await fill(client, table, join(folder, file));
    for (const [sequence, value] of Object.entries(manifest.sequences)) {
      await client.query('SELECT setval($1::regclass, $2)', [`mcp.${name(sequence)}`, value]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function fill(client: pg.Client, table: string, path: string): Promise<void> {
  const insert = `INSERT INTO mcp.${name(table)} OVERRIDING SYSTEM VALUE
    SELECT row.* FROM unnest($1::text[]) AS line, json_populate_record(NULL::mcp.${name(table)}, line::json) AS row`;
  const [parts] = await column(client, `SELECT relname FROM pg_class WHERE oid = $1::regclass AND relkind = 'p'`, [
    `mcp.${name(table)}`,
  ]);
  for await (const lines of readLines(path)) {
    if (parts) await client.query(PARTS[parts]!, [lines]);
    await client.query(insert, [lines]);
  }
}

/** Of tables in parts by time, which backups of older releases do not have: makes the parts that rows belong to. */
const PARTS: Record<string, string> = {
  usage_outbox: partsOf('add_outbox_hour', 'hour', 'appended_at'),
  credit_charges: partsOf('add_charges_month', 'month', 'created_at'),
};

function partsOf(add: string, unit: string, column: string): string {
  return `SELECT mcp.${add}(at) FROM (
    SELECT DISTINCT date_trunc('${unit}', (line::json ->> '${column}')::timestamptz, 'UTC') AS at FROM unnest($1::text[]) AS line
  ) AS parts`;
}

async function* rowsOf(client: pg.Client, table: string): AsyncGenerator<string> {
  await client.query(`DECLARE rows NO SCROLL CURSOR FOR SELECT row_to_json(t)::text FROM mcp.${name(table)} AS t`);
  for (;;) {
    const lines = await column(client, `FETCH ${ROWS_AT_ONCE} FROM rows`);
    if (lines.length === 0) break;
    yield `${lines.join('\n')}\n`;
  }
  await client.query('CLOSE rows');
}

const tableNames = (client: pg.Client): Promise<string[]> =>
  column(
    client,
    `SELECT relname FROM pg_class WHERE relnamespace = 'mcp'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND relname <> ALL ($1) ORDER BY 1`,
    [LEFT_OUT],
  );

/**
 * Sequences that have been used. The one of the changes left out continues as it was, so that no number comes twice.
 */
async function sequencesOf(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `SELECT sequencename AS name, last_value::text AS value FROM pg_sequences
     WHERE schemaname = 'mcp' AND last_value IS NOT NULL AND sequencename NOT LIKE 'migrations%' ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ name: sequence, value }) => [sequence, value]));
}

async function column(client: pg.Client, text: string, values: unknown[] = []): Promise<string[]> {
  const { rows } = await client.query<[string]>({ text, values, rowMode: 'array' });
  return rows.map(([value]) => value);
}

/** Names come from the catalog, or from a manifest, which allows only letters, digits and `_`. */
const name = (text: string): string => `"${text}"`;
