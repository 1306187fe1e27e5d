import { createServer, type RequestListener, type Server } from 'node:http';
import type { DropArgument } from 'node:net';
import { loggerFor } from '../common/log-contexts.js';
import { Tally } from '../telemetry/tally.js';
import type { ConfigValues } from '../config/app-config.js';

/** Between an idle load balancer's usual minute and its patience: the proxy should close first, never we. */
const KEEP_ALIVE_MS = 75_000;
/** How often connections are looked through for what has taken too long. */
const CHECK_INTERVAL_MS = 1_000;
/** Between two lines of the log about connections that are closed unanswered: whoever opens too many opens thousands. */
const DROPS_LOG_PAUSE_MS = 10_000;

/** Of all listeners of this process. */
export const droppedConnections = new Tally(
  'tallygate_connections_dropped_total',
  'Connections closed unanswered, since listeners.connections_max were open',
  ['port'],
);

/**
 * The HTTP server of a listener: what strangers hold open is counted and ends. One connection more than
 * `listeners.connections_max` is closed unanswered; headers that do not arrive in time, silence from the first byte on
 * included, and requests that do not arrive within `requestSeconds` are answered with 408 and closed. Headers larger
 * than Node's 16 KiB are answered with 431.
 */
export function boundedServer(
  { connections_max, headers_timeout_seconds }: ConfigValues['listeners'],
  requestSeconds: number,
  listener: RequestListener,
): Server {
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: Math.min(headers_timeout_seconds, requestSeconds) * 1_000,
      requestTimeout: requestSeconds * 1_000,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    listener,
  );
  server.maxConnections = connections_max;
  server.on('drop', dropReport(connections_max));
  return server;
}

/** Counts every one; the first is logged at once, those of the next seconds together. */
function dropReport(most: number): (drop?: DropArgument) => void {
  const logger = loggerFor('Listener');
  let unsaid = 0;
  let saidAt = -Infinity;
  return (drop) => {
    const port = String(drop?.localPort);
    droppedConnections.inc({ port });
    unsaid += 1;
    if (performance.now() - saidAt < DROPS_LOG_PAUSE_MS) return;
    logger.warn(`Port ${port}: ${most} connections are open (listeners.connections_max), closed unanswered: ${unsaid}`);
    unsaid = 0;
    saidAt = performance.now();
  };
}
