// `npm start`: installs and builds what is missing, then serves.
import { ensureBuilt, ensureInstalled } from './ensure.mjs';

ensureInstalled();
ensureBuilt();
await import('../dist/main.js');
