// `npm run screenshots`: pictures of every page of the portal, of a gateway with calls of several people (docs/portal.md).
import { register } from 'node:module';
import { ensureBuilt, ensureTestsInstalled, ROOT } from './ensure.mjs';

ensureTestsInstalled();
ensureBuilt();
process.chdir(ROOT);
register('./typescript-hooks.mjs', import.meta.url);
await import('../test/screenshots/main.ts');
