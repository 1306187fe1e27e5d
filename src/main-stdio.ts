import 'reflect-metadata';
import { action, EXIT } from './cli/terminal/cli-failure.js';
import { serveStdio } from './start/serve-stdio.js';

// Whoever kills `tallygate stdio` kills the gateway: the next one may be starting on the same data folder.
process.once('disconnect', () => process.exit(EXIT.failed));
process.channel?.unref();

/** Started by `tallygate stdio`, which pumps what the client says to its `PROTOCOL_DESCRIPTOR`. */
await action(serveStdio)();
