import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A package manager, on two busy cores and a slow line. */
const INSTALL_MS = 240_000;

/**
 * The folder, below `node_modules`, into which a manifest's packages are installed, again whenever the manifest changes.
 * @param name Of the folder
 * @throws Error with the words of the program that cannot install them
 */
export function installedOnce(name: string, manifest: string, install: (folder: string) => void): string {
  const folder = resolve('node_modules', '.cache', name);
  const wanted = readFileSync(manifest, 'utf8');
  const installed = join(folder, 'installed.txt');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install(folder);
  writeFileSync(installed, wanted);
  return folder;
}

/** @throws Error with what the program said */
export function run(program: string, ...args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_MS });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr + stdout}`);
}

/** Whether a toolchain is here; tests that need it are skipped, and say so. @param wanted Of it, at least */
export function hasToolchain(wanted: string, ...programs: [program: string, argument: string][]): boolean {
  const found = programs.every(([program, argument]) => spawnSync(program, [argument]).status === 0);
  if (!found) process.stderr.write(`SKIPPED: what needs ${wanted}; install it to run that.\n`);
  return found;
}

export const hasGo = (): boolean => hasToolchain('Go 1.25 or newer', ['go', 'version']);
export const hasRust = (): boolean => hasToolchain('Rust 1.88 or newer', ['cargo', '--version']);
/** Its compiler runs a source file without a step of its own. */
export const hasJava = (): boolean => hasToolchain('a JDK 17 or newer, with Maven', ['javac', '-version'], ['mvn', '--version']);
