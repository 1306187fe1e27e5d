// `npm run bench`: installs and builds what is missing, then measures.
import { ensureBuilt, ensureInstalled } from './ensure.mjs';

ensureInstalled();
ensureBuilt();
await import('../test/bench/run.mjs');
