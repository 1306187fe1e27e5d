// `npm run faults -- --minutes 30 --seed 1`: breaks everything for a while, then checks the books (docs/faults.md).
import { register } from 'node:module';
import { ensureBuilt, ensureTestsInstalled, ROOT } from './ensure.mjs';

ensureTestsInstalled();
ensureBuilt();
process.chdir(ROOT);
register('./typescript-hooks.mjs', import.meta.url);
await import('../test/faults/main.ts');
