import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Gives a folder the packages of this checkout, but not those that are named here, by themselves or by their scope. */
export function linkPackages(folder: string, without: readonly string[]): void {
  const names = packagesOf('node_modules').filter((name) => !without.includes(name) && !without.includes(dirname(name)));
  for (const name of names) linkPackage(name, folder);
}

/** Makes a package of this checkout one of that folder. */
export function linkPackage(name: string, folder: string): void {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(resolve('node_modules', name), path);
}

function packagesOf(folder: string): string[] {
  return readdirSync(folder).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((part) => `${name}/${part}`) : [name],
  );
}
