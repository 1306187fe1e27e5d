import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loggerFor } from '../common/log-contexts.js';
import { VERSION } from '../common/version.js';
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
  /** Of the Tallygate that applied it. */
  version: string;
}

/**
 * Brings PostgreSQL's functions to what the files say: applies those that changed, all or none. Tables come from migrations,
 * which run before.
 *
 * While replicas are replaced one by one, the older ones go on with the newer functions. So a function keeps its name, the
 * types of its arguments and its result for as long as a release that calls it may run; another signature is another name
 * beside it, and a migration of a later release drops the old one. What a newer Tallygate applied is left alone, so that an
 * older replica that starts meanwhile takes nothing back.
 * @param version Of this Tallygate.
 * @returns The names of the files that were applied.
 */
export async function applyFunctions(postgres: Postgres, folder = FUNCTIONS_FOLDER, version = VERSION): Promise<string[]> {
  await postgres.query(
    `CREATE TABLE IF NOT EXISTS mcp.functions
       (name text PRIMARY KEY, checksum text NOT NULL, version text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const applied = await postgres.query<AppliedFile>('SELECT name, checksum, version FROM mcp.functions');
  const changed = readFunctions(folder).filter((file) => isDue(file, applied, version));
  await postgres.transaction(async (tx) => {
    for (const { name, sql, checksum } of changed) {
      await tx.query(sql);
      await tx.query(
        `INSERT INTO mcp.functions (name, checksum, version) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET checksum = $2, version = $3, applied_at = now()`,
        [name, checksum, version],
      );
    }
  });
  const names = changed.map(({ name }) => name);
  if (applied.length > 0 && names.length > 0) loggerFor('PostgreSQL').log(`Functions replaced: ${names.join(', ')}`);
  return names;
}

function readFunctions(folder: string): FunctionFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => {
    const sql = readFileSync(join(folder, name), 'utf8');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

function isDue({ name, checksum }: FunctionFile, applied: AppliedFile[], version: string): boolean {
  const known = applied.find((file) => file.name === name);
  return !known || (known.checksum !== checksum && !isNewer(known.version, version));
}

/** By the numbers of `major.minor.patch`; builds of one version may replace each other's functions. */
function isNewer(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) > 0;
}
