import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** All official servers are released together. */
const OFFICIAL_SERVERS_VERSION = '2026.8.31';

const require = createRequire(import.meta.url);

/** A shipped template is switched on, and the npm package with its program is not installed. */
export class PackageMissing extends Error {
  /** What the operator runs once to have it. */
  readonly command: string;
  /** The same for callers, who are not told where on its machine the gateway keeps its data. */
  readonly advice: string;

  constructor(name: string, folders: readonly string[]) {
    super(`needs the package ${name}, which is not installed`);
    const commandIn = (folder: string) => `npm install --prefix ${folder} ${name}@${OFFICIAL_SERVERS_VERSION}`;
    this.command = commandIn(folders.at(-1)!);
    this.advice = `On its machine run: ${commandIn('DATA_DIR/packages')}, with the gateway's data folder for DATA_DIR, and restart it`;
  }
}

/** Where packages of servers are looked for: beside Tallygate's own, then in the data folder, which outlives an upgrade. */
export const packageFolders = (dataDir: string): string[] => [import.meta.dirname, join(resolve(dataDir), 'packages')];

/** @throws PackageMissing when it is in none of the folders' `node_modules`. */
export function installedPackage(name: string, folders: readonly string[]): { folder: string; bin: Record<string, string> } {
  const manifest = manifestOf(name, folders);
  const { bin } = require(manifest) as { bin: Record<string, string> };
  return { folder: dirname(manifest), bin };
}

function manifestOf(name: string, folders: readonly string[]): string {
  try {
    return require.resolve(`${name}/package.json`, { paths: [...folders] });
  } catch (error) {
    if ((error as { code?: string }).code === 'MODULE_NOT_FOUND') throw new PackageMissing(name, folders);
    throw error;
  }
}
