import 'reflect-metadata';
import { action } from './cli/cli-failure.js';
import { serveStdio } from './serve-stdio.js';

/** Started by `tallygate stdio`, which pumps what the client says to its `PROTOCOL_DESCRIPTOR`. */
await action(serveStdio)();
