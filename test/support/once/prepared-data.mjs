import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of the admin of the prepared data. */
const ADMIN_PASSWORD = 'correct horse battery';

/** The data of a gateway that was started once and stopped, of which tests take copies: a first start takes seconds longer than a later one. */
export default async function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-prepared-'));
  chmodSync(folder, 0o711);
  const apiKey = await startOnce(folder);
  process.env.TEST_PREPARED_DATA = JSON.stringify({ folder, apiKey });
  (globalThis.testEndings ??= []).push(async () => rmSync(folder, { recursive: true, force: true }));
}

async function startOnce(folder) {
  const settings = { GATEWAY_PORT: '0', GATEWAY_MCP_PORT: '0', GATEWAY_DATA_DIR: folder, GATEWAY_ADMIN_PASSWORD: ADMIN_PASSWORD };
  const child = spawn(process.execPath, [join('dist', 'main.js')], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  for await (const chunk of child.stderr) {
    output += chunk;
    if (/is ready[^]*\n\n$/.test(output)) child.kill('SIGTERM');
  }
  const [code] = await exited;
  if (code !== 0) throw new Error(`The gateway ended with ${code}:\n${output}`);
  return /API key\s+(\S+)/.exec(output)[1];
}
