import { beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.js';

const SOURCES = [
  ...['nest-cli.json', 'package.json', 'tsconfig.json', 'tsconfig.build.json', join('src', 'main.ts')],
  ...[join('portal', 'index.html'), join('src', 'client', 'client.ts')],
];
const MADE = [join('dist', 'main.js'), join('dist', 'ui', 'index.html')];
/** Notes that it ran. Like the compiler, it leaves alone what is there already; the portal is made anew each time. */
const BUILD = `
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync('builds', 'x');
if (existsSync('broken')) process.exit(3);
mkdirSync('dist/ui', { recursive: true });
if (!existsSync('dist/main.js')) writeFileSync('dist/main.js', '');
writeFileSync('dist/ui/index.html', '');
`;

/** A project with the script and a build of its own. */
let project: string;
const inProject = (...path: string[]) => join(project, ...path);

beforeEach(() => {
  project = temporaryFolder('build');
  for (const folder of ['scripts', 'portal', join('src', 'client')]) mkdirSync(inProject(folder), { recursive: true });
  copyFileSync(join('scripts', 'ensure.mjs'), inProject('scripts', 'ensure.mjs'));
  writeFileSync(inProject('build.mjs'), BUILD);
  for (const file of SOURCES) writeFileSync(inProject(file), '');
  writeFileSync(inProject('package.json'), '{"type":"module","scripts":{"build":"node build.mjs"}}');
  for (const file of SOURCES) date(file, 3);
});

/** Changed so many minutes ago. */
function date(file: string, minutes: number): void {
  const then = new Date(Date.now() - minutes * 60_000);
  utimesSync(inProject(file), then, then);
}

/** As `npm start` does before it serves. Returns its exit code. */
function start(): number | null {
  const program = "import { ensureBuilt } from './scripts/ensure.mjs'; ensureBuilt();";
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: project }).status;
}
const builds = () => (existsSync(inProject('builds')) ? readFileSync(inProject('builds'), 'utf8').length : 0);
/** After the build, which was some time ago. */
function change(file: string): void {
  for (const made of MADE) date(made, 2);
  date(file, 1);
}

describe('a start', () => {
  it('builds what was never built, and no start after it does', () => {
    expect([start(), builds()]).toEqual([0, 1]);
    expect([start(), builds()]).toEqual([0, 1]);
  });

  it.each(SOURCES)('builds where %s is newer than the build, once, though the compiler has found nothing to change', (file) => {
    start();
    change(file);
    expect([start(), builds()]).toEqual([0, 2]);
    expect([start(), builds()]).toEqual([0, 2]);
  });

  it('ends with a build that fails, and the next one builds again', () => {
    start();
    change('package.json');
    writeFileSync(inProject('broken'), '');
    expect([start(), builds()]).toEqual([3, 2]);
    expect([start(), builds()]).toEqual([3, 3]);
  });
});
