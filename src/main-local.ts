import 'reflect-metadata';
import { serve } from './start/serve.js';
import { secretLines } from './start/start-banner.js';

// Whoever kills `tallygate stdio` kills the gateway: the next one may be starting on the same data folder.
process.once('disconnect', () => process.exit(1));
process.channel?.unref();

/** The gateway that `tallygate stdio` starts for its client: says to it where it is, and ends with it. */
const tell: Parameters<typeof serve>[0] = ({ mcpUrl, firstRun }) => {
  process.stderr.write(
    secretLines(firstRun)
      .map((line) => `${line}\n`)
      .join(''),
  );
  process.send?.({ mcpUrl });
};
await serve(tell, {}, true);
