// `npm run bench`: installs and builds what is missing, then measures.
import { ensureBuilt, ensureTestsInstalled } from './ensure.mjs';

ensureTestsInstalled();
ensureBuilt();
await import('../test/bench/run.mjs');
