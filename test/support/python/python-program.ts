import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REQUIREMENTS = join('test', 'support', 'python', 'requirements.txt');
const FOLDER = resolve('node_modules', '.cache', 'tallygate-python');
/** Pip, on two busy cores and a slow line. */
const INSTALL_MS = 240_000;

/** Whether this machine has a Python that programs of PyPI can be installed for; tests that need it are skipped, and say so. */
export function hasPython(): boolean {
  const isGood = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
  const found = spawnSync('python3', ['-c', isGood]).status === 0;
  if (!found) process.stderr.write('SKIPPED: what needs Python; install python3 (3.10 or newer) and python3-venv to run it.\n');
  return found;
}

/**
 * The path of a program of `requirements.txt`, which is installed once, below `node_modules`.
 * @throws Error with pip's words where it cannot be installed
 */
export function pythonProgram(name: string): string {
  const requirements = readFileSync(REQUIREMENTS, 'utf8');
  const installed = join(FOLDER, 'installed.txt');
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== requirements) {
    rmSync(FOLDER, { recursive: true, force: true });
    run('python3', '-m', 'venv', FOLDER);
    run(join(FOLDER, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS);
    writeFileSync(installed, requirements);
  }
  return join(FOLDER, 'bin', name);
}

function run(program: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_MS });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
