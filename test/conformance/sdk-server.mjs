// The fixture as a process of its own: prints its address and serves until it is killed.
import { register } from 'node:module';

register('../../scripts/typescript-hooks.mjs', import.meta.url);
const { startSdkServer } = await import('./sdk-server.ts');
process.stdout.write(`${await startSdkServer()}\n`);
