import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installedOnce, run } from '../installed-once.js';

const REQUIREMENTS = join('test', 'support', 'python', 'requirements');

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
  const folder = installedOnce(join('tallygate-python', environment), file, (target) => {
    run('python3', '-m', 'venv', target);
    run(join(target, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', '-r', file);
  });
  return join(folder, 'bin', name);
}
