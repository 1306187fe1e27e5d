// `npm test`: installs what is missing, then lint, types, build and every test. Arguments go to Jest.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { ensureTestsInstalled, ROOT, run } from './ensure.mjs';

ensureTestsInstalled();
for (const step of ['lint', 'typecheck', 'build']) {
  console.log(`${step} …`);
  const started = Date.now();
  run('npm', ['run', '--silent', step]);
  console.log(`${step}: ok (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
console.log('tests …');
const report = join(mkdtempSync(join(tmpdir(), 'tallygate-jest-')), 'report.json');
const jest = ['run', '--silent', 'jest', '--', '--json', `--outputFile=${report}`, ...process.argv.slice(2)];
// Jest reports on stderr: every spec as it ends, and its summary. On stdout it would repeat the report as JSON.
const { status } = spawnSync('npm', jest, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
process.exit(status ?? 1);
