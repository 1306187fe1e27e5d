// `npm test`: installs what is missing, then lint, types, build and every test but the long ones. Arguments go to Jest.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { ensureTestsInstalled, ROOT } from './ensure.mjs';

ensureTestsInstalled();
// Each keeps one core busy. The first that fails ends the run.
await Promise.all([step('lint'), step('typecheck').then(() => step('build'))]);
console.log('tests …');
const report = join(mkdtempSync(join(tmpdir(), 'tallygate-jest-')), 'report.json');
const asked = process.argv.slice(2);
const projects = asked.includes('--selectProjects') ? [] : ['--selectProjects', 'unit', 'integration', 'e2e'];
const jest = ['run', '--silent', 'jest', '--', '--json', `--outputFile=${report}`, ...asked, ...projects];
// Jest reports on stderr: every spec as it ends, and its summary. On stdout it would repeat the report as JSON.
const { status } = spawnSync('npm', jest, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
process.exit(status ?? 1);

async function step(name) {
  console.log(`${name} …`);
  const started = Date.now();
  const [code] = await once(
    spawn('npm', ['run', '--silent', name], { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' }),
    'exit',
  );
  if (code !== 0) process.exit(code ?? 1);
  console.log(`${name}: ok (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
