// Installs what the bench does not have in the repository, once, in the versions of their manifests: its tools, the relays it measures
// beside, and other Nodes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BENCH = dirname(fileURLToPath(import.meta.url));
const CACHE = join(BENCH, '..', '..', 'node_modules', '.cache', 'tallygate-bench');
const INSTALL_MS = 300_000;
export const RELAYS = join(BENCH, 'peers', 'relays');
const NODES = join(BENCH, 'peers', 'nodes');

/** The path of `load` or `upstream`, built by Go. @throws Error with Go's words */
export function tool(name) {
  run('go', ['build', '-o', join(CACHE, 'tools', name), `./${name}`], join(BENCH, 'tools'));
  return join(CACHE, 'tools', name);
}

/** The path of a file of a package of npm. @throws Error with npm's words */
export const npmFile = (path) => join(npmFolder(RELAYS), path);

/** The Nodes of their manifest: the path of each by its version, oldest first. @throws Error with npm's words */
export function nodes() {
  const folder = npmFolder(NODES);
  const here = readdirSync(folder)
    .filter((name) => name.startsWith('node-'))
    .sort();
  const version = (name) => JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version;
  return here.map((name) => ({ version: version(name), path: join(folder, name, 'bin', 'node') }));
}

function npmFolder(manifests) {
  const folder = join(manifests, 'node_modules');
  once(folder, join(manifests, 'package-lock.json'), () => run('npm', ['ci', '--ignore-scripts', '--loglevel=error'], manifests));
  return folder;
}

/** The path of a program of what a list of PyPI's packages installs. @throws Error with pip's words */
export function pythonProgram(list, name) {
  const folder = join(CACHE, list);
  once(folder, join(RELAYS, `${list}.txt`), () => {
    run('python3', ['-m', 'venv', folder]);
    run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', `${list}.txt`], RELAYS);
  });
  return join(folder, 'bin', name);
}

/** Makes a folder again when its manifest is another than the one it was made of. */
function once(folder, manifest, make) {
  const wanted = readFileSync(manifest, 'utf8');
  const made = join(folder, 'made-of.txt');
  if (existsSync(made) && readFileSync(made, 'utf8') === wanted) return;
  process.stderr.write(`installing what ${manifest} names …\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make();
  writeFileSync(made, wanted);
}

function run(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: INSTALL_MS });
  if (status !== 0) throw new Error(`${program} ${args[0]}: ${error?.message ?? (stderr || stdout).trim()}`);
}
