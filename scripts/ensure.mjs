// What the npm scripts need before they can begin, done only where it is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_MINIMUM = [20, 19];

/** What a build makes last, and what it makes it of. */
const GATEWAY = {
  made: join('dist', 'main.js'),
  from: () => ['nest-cli.json', 'package.json', 'tsconfig.json', 'tsconfig.build.json', ...filesBelow('src')],
};
const PORTAL = {
  made: join('dist', 'ui', 'index.html'),
  from: () => ['package.json', ...filesBelow('portal'), ...filesBelow(join('src', 'client'))],
};

/** Runs a command to its end with its output shown; where it fails, says `hint` and ends this process with its exit code. */
export function run(program, args, hint) {
  const { status } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status === 0) return;
  if (hint) console.error(hint);
  process.exit(status ?? 1);
}

function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1])) return;
  console.error(`Tallygate needs Node.js ${NODE_MINIMUM.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Installs what builds and runs Tallygate, unless it is there. */
export function ensureInstalled() {
  ensureNode();
  if (isInstalled('')) return;
  console.error('Installing packages (once, about a minute) …');
  install('ci');
}

/** The same with what test/package.json names: test and lint tools, and the programs that tests drive. */
export function ensureTestsInstalled() {
  ensureNode();
  const isBuildable = isInstalled('');
  if (isBuildable && isInstalled('test')) return;
  console.error('Installing packages and test programs (once, about a minute) …');
  // Where the rest is there it stays: a gateway may be running from it.
  install(...(isBuildable ? ['install', '--no-save'] : ['ci']), '--workspaces', '--include-workspace-root');
}

/** `npm run build`, unless what it made is newer than every source. */
export function ensureBuilt() {
  if (isBuilt(GATEWAY) && isBuilt(PORTAL)) return;
  console.error('Building …');
  run('npm', ['run', '--silent', 'build']);
  utimesSync(join(ROOT, GATEWAY.made), new Date(), new Date()); // the compiler leaves alone what has not changed
}

function install(...command) {
  const hint = 'The packages could not be installed; npm says why above. Can this machine reach the package registry?';
  run('npm', [...command, '--include=dev', '--include=optional', '--loglevel=error'], hint);
}

/** Whether this manifest's packages are there, and whether all that is there has the version of the lockfile. */
function isInstalled(manifest) {
  const installed = packagesOf(join('node_modules', '.package-lock.json'));
  if (!installed) return false;
  const locked = packagesOf('package-lock.json');
  const isCurrent = ([path, { version }]) => !locked[path] || locked[path].version === version;
  const { dependencies, devDependencies } = locked[manifest];
  const needed = Object.keys({ ...dependencies, ...devDependencies });
  return needed.every((name) => installed[`node_modules/${name}`]) && Object.entries(installed).every(isCurrent);
}

function packagesOf(lockfile) {
  const path = join(ROOT, lockfile);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

function isBuilt({ made, from }) {
  if (!existsSync(join(ROOT, made))) return false;
  const built = statSync(join(ROOT, made)).mtimeMs;
  return from().every((file) => statSync(join(ROOT, file)).mtimeMs <= built);
}

function filesBelow(folder) {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(ROOT.length + 1));
}
