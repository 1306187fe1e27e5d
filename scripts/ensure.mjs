// What `npm start`, `npm test` and `npm run tallygate` need before they can begin, done only where it is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_MINIMUM = [20, 19];

/** Runs a command to its end with its output shown; ends this process with its exit code when it fails. */
export function run(program, args, { quiet = false } = {}) {
  const { status, stdout } = spawnSync(program, args, {
    cwd: ROOT,
    stdio: quiet ? ['ignore', 'pipe', 'inherit'] : 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    if (quiet) process.stderr.write(stdout);
    process.exit(status ?? 1);
  }
}

export function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1])) return;
  console.error(`Tallygate needs Node.js ${NODE_MINIMUM.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** `npm ci`, unless every package of the lockfile is installed in its version. */
export function ensureInstalled() {
  ensureNode();
  if (isInstalled()) return;
  console.error('Installing packages (once, about a minute) …');
  run('npm', ['ci', '--include=dev', '--include=optional', '--no-fund', '--no-audit', '--loglevel=error']);
}

/** `nest build`, unless the build is newer than every source. */
export function ensureBuilt() {
  if (isBuilt()) return;
  console.error('Building …');
  run('npm', ['run', '--silent', 'build']);
}

function isInstalled() {
  const installed = packagesOf(join('node_modules', '.package-lock.json'));
  if (!installed) return false;
  const wanted = Object.entries(packagesOf('package-lock.json'));
  return wanted.every(([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version);
}

function packagesOf(lockfile) {
  const path = join(ROOT, lockfile);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

function isBuilt() {
  const main = join(ROOT, 'dist', 'main.js');
  if (!existsSync(main)) return false;
  const built = statSync(main).mtimeMs;
  const sources = ['nest-cli.json', 'package.json', 'tsconfig.json', 'tsconfig.build.json', ...filesBelow('src')];
  return sources.every((file) => statSync(join(ROOT, file)).mtimeMs <= built);
}

function filesBelow(folder) {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(ROOT.length + 1));
}
