import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Not in package.json, where it would make every installation 200 MB larger. */
const PACKAGE = '@anthropic-ai/claude-code@2.1.328';
const FOLDER = resolve('node_modules', '.cache', 'tallygate-claude-code', PACKAGE.replaceAll('/', '+'));
const INSTALL_MS = 240_000;

/** The path of Claude Code, installed once, below `node_modules`; undefined where it cannot be had, which is said. */
export function claudeCode(): string | undefined {
  const program = join(FOLDER, 'node_modules', '.bin', 'claude');
  if (!existsSync(program)) install();
  if (spawnSync(program, ['--version']).status === 0) return program;
  process.stderr.write(`SKIPPED: what needs Claude Code; ${PACKAGE} could not be installed or does not run here.\n`);
  return undefined;
}

function install(): void {
  mkdirSync(FOLDER, { recursive: true });
  const options = ['--no-save', '--no-audit', '--no-fund', '--prefix', FOLDER];
  spawnSync('npm', ['install', ...options, PACKAGE], { timeout: INSTALL_MS });
}
