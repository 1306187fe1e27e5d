import 'reflect-metadata';
import { serveCommand } from './cli/commands/serve.command.js';
import { endWithUsageCode } from './cli/terminal/cli-failure.js';

// With the options of `tallygate serve`, whose name its help shows.
await endWithUsageCode(serveCommand().name('tallygate serve')).parseAsync();
