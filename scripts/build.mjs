// `npm run build`: the gateway and the portal, beside each other, since each keeps one core busy.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './ensure.mjs';

const BUILDS = [
  ['nest', 'build'],
  ['vite', 'build', '--config', 'portal/vite.config.js', '--logLevel', 'warn'],
];
const ended = await Promise.all(BUILDS.map(build));
process.exit(ended.find((code) => code !== 0) ?? 0);

async function build(command) {
  const child = spawn('npx', ['--no-install', ...command], { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
