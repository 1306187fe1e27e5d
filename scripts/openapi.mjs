// `npm run openapi`: writes openapi.json as a running gateway serves it, and the client's types from it. Tests compare them.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ensureTestsInstalled, ROOT } from './ensure.mjs';

ensureTestsInstalled();
ensureBuilt();
const env = {
  ...process.env,
  GATEWAY_DATABASE_URL: 'memory:',
  GATEWAY_PORT: '0',
  GATEWAY_MCP_PORT: '0',
  GATEWAY_LOG_LEVEL: 'warn',
};
const gateway = spawn(process.execPath, [join(ROOT, 'dist', 'main.js')], { env, stdio: ['ignore', 'inherit', 'pipe'] });
const url = await new Promise((resolve, reject) => {
  let output = '';
  gateway.stderr.on('data', (chunk) => {
    output += chunk;
    const found = /REST\s+(http\S+)/.exec(output);
    if (found) resolve(found[1]);
  });
  gateway.once('exit', () => reject(new Error(output)));
});
const document = await (await fetch(`${url}/openapi.json`)).json();
writeFileSync(join(ROOT, 'openapi.json'), `${JSON.stringify(document, null, 2)}\n`);
gateway.kill('SIGTERM');
await import('./client-types.mjs');
console.log(`openapi.json: ${Object.keys(document.paths).length} paths`);
