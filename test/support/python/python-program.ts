import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REQUIREMENTS = join('test', 'support', 'python', 'requirements');
const FOLDER = resolve('node_modules', '.cache', 'tallygate-python');
/** Pip, on two busy cores and a slow line. */
const INSTALL_MS = 240_000;

/** A file of `requirements/`: what is installed together, apart from the others. */
export type PythonEnvironment = 'schemathesis' | 'mcp-1' | 'mcp-2' | 'servers' | 'fastmcp-2' | 'fastmcp-3';

/**
 * Whether this machine has a Python that programs of PyPI can be installed for; tests that need it are skipped, and say so.
 * @param minor Of the oldest Python 3 that they run on
 */
export function hasPython(minor = 10): boolean {
  const isGood = `import sys, venv, ensurepip; sys.exit(sys.version_info < (3, ${minor}))`;
  const found = spawnSync('python3', ['-c', isGood]).status === 0;
  if (!found)
    process.stderr.write(`SKIPPED: what needs Python; install python3 (3.${minor} or newer) and python3-venv to run it.\n`);
  return found;
}

/**
 * The path of a program of an environment, which is installed once, below `node_modules`.
 * @throws Error with pip's words where it cannot be installed
 */
export function pythonProgram(environment: PythonEnvironment, name: string): string {
  const file = join(REQUIREMENTS, `${environment}.txt`);
  const requirements = readFileSync(file, 'utf8');
  const folder = join(FOLDER, environment);
  const installed = join(folder, 'installed.txt');
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== requirements) {
    rmSync(folder, { recursive: true, force: true });
    run('python3', '-m', 'venv', folder);
    run(join(folder, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', '-r', file);
    writeFileSync(installed, requirements);
  }
  return join(folder, 'bin', name);
}

function run(program: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_MS });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
