import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loggerFor } from '../common/log-contexts.js';
import { VERSION } from '../common/version.js';
import { MIGRATIONS } from './migrations/index.js';
import type { Postgres } from './postgres.js';

/** Where the files are. */
export const FUNCTIONS_FOLDER = join(dirname(fileURLToPath(import.meta.url)), 'functions');

interface FunctionFile {
  name: string;
  sql: string;
  checksum: string;
}

interface AppliedFile {
  name: string;
  checksum: string;
  /** Of the newest build that started with it, as `versionOf` says it. */
  version: string;
}

/** A build of Tallygate. */
export interface Build {
  /** Of its release: `major.minor.patch`. */
  release: string;
  /** The number of its newest migration. */
  schema: number;
}

const THIS_BUILD: Build = { release: VERSION, schema: numberOf(new (MIGRATIONS.at(-1)!)().name) };

/**
 * Brings PostgreSQL's functions to what the files say: applies those that changed, all or none. Tables come from migrations,
 * which run before.
 *
 * While replicas are replaced one by one, the older ones go on with the newer functions. So a function keeps its name, the
 * types of its arguments and its result for as long as a release that calls it may run; another signature is another name
 * beside it, and a migration of a later release drops the old one. An older build that starts meanwhile leaves all functions
 * alone and takes nothing back: one of a release before that of the functions, or one that does not know the newest migration.
 * @returns The names of the files that were applied.
 */
export async function applyFunctions(postgres: Postgres, folder = FUNCTIONS_FOLDER, build = THIS_BUILD): Promise<string[]> {
  await postgres.query(
    `CREATE TABLE IF NOT EXISTS mcp.functions
       (name text PRIMARY KEY, checksum text NOT NULL, version text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const applied = await postgres.query<AppliedFile>('SELECT name, checksum, version FROM mcp.functions');
  const version = versionOf(build);
  const newest = versionOf({ release: build.release, schema: await newestMigration(postgres) });
  if ([newest, ...applied.map((file) => file.version)].some((known) => isNewer(known, version))) {
    loggerFor('PostgreSQL').warn('The database is of a newer Tallygate: its functions stay as they are.');
    return [];
  }
  const changed = readFunctions(folder).filter((file) => hasChanged(file, applied));
  await apply(postgres, changed, version);
  const names = changed.map(({ name }) => name);
  if (applied.length > 0 && names.length > 0) loggerFor('PostgreSQL').log(`Functions replaced: ${names.join(', ')}`);
  return names;
}

/** All become the version's, changed or not. */
function apply(postgres: Postgres, changed: FunctionFile[], version: string): Promise<void> {
  return postgres.transaction(async (tx) => {
    for (const { name, sql, checksum } of changed) {
      await tx.query(sql);
      await tx.query(
        `INSERT INTO mcp.functions (name, checksum, version) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET checksum = $2, applied_at = now()`,
        [name, checksum, version],
      );
    }
    await tx.query('UPDATE mcp.functions SET version = $1 WHERE version <> $1', [version]);
  });
}

/** The number of the newest migration that has run, known here or not. */
async function newestMigration(postgres: Postgres): Promise<number> {
  const [row] = await postgres.query<{ name: string }>('SELECT name FROM mcp.migrations ORDER BY timestamp DESC LIMIT 1');
  return numberOf(row!.name);
}

/** Of a migration: its name ends with a time, whose last digits count migrations. */
function numberOf(name: string): number {
  return Number(name.slice(-4));
}

function readFunctions(folder: string): FunctionFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => {
    const sql = readFileSync(join(folder, name), 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

const hasChanged = ({ name, checksum }: FunctionFile, applied: AppliedFile[]): boolean =>
  applied.find((file) => file.name === name)?.checksum !== checksum;

/** A form whose numbers put builds in order. To builds that compared releases alone it is newer than the release by itself. */
const versionOf = ({ release, schema }: Build): string => `${release}+${schema}`;

function isNewer(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) > 0;
}
