// `npm run tallygate -- …`: the command line from a clone.
import { ensureBuilt, ensureInstalled } from './ensure.mjs';

ensureInstalled();
ensureBuilt();
await import('../dist/cli/main.js');
