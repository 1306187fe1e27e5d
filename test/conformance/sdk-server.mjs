// The fixture as a process of its own, `legacy` or `modern`: prints its address and serves until it is killed.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { register } from 'node:module';

register('../../scripts/typescript-hooks.mjs', import.meta.url);
const { legacyListener } = await import('./sdk-legacy-server.ts');
const { modernListener } = await import('./sdk-modern-server.ts');

const server = createServer(process.argv[2] === 'modern' ? modernListener() : legacyListener()).listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`http://127.0.0.1:${server.address().port}/mcp\n`);
