import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { AppConfig } from '../config/app-config.js';
import { stopOwnedEngines } from '../database/postgres-engine.js';
import { Readiness } from '../gateway-api/health/readiness.service.js';
import { McpHttpTransport } from '../mcp-gateway/transport/mcp-http.transport.js';

/** How long requests in flight on the REST listener may take; the MCP listener has the same deadline. */
const DRAIN_DEADLINE_MS = 30_000;
/** Longer than a load balancer keeps idle connections to a replica (`keepalive_timeout` in deploy/nginx.conf). */
const HAND_OVER_MS = 2_000;
const SWEEP_INTERVAL_MS = 100;
/** Both listeners one after the other, and the flushing; what takes longer hangs, and a supervisor would have to kill us. */
const STOP_DEADLINE_MS = 90_000;

/**
 * SIGTERM or SIGINT → not ready, listeners stop accepting, calls in flight finish, queues flush, engines close, exit 0.
 * A second signal ends the process at once. (docs/architecture.md, "The life of a shutdown")
 */
export function shutDownOnSignal(app: NestExpressApplication): void {
  const logger = new Logger('Shutdown');
  let asked = false;
  const stop = async (signal: string) => {
    if (asked) process.exit(1);
    asked = true;
    logger.log(`${signal}: finishing calls in flight`);
    setTimeout(() => exit(1, `Not stopped within ${STOP_DEADLINE_MS / 1_000} s; giving up`), STOP_DEADLINE_MS).unref();
    await close(app).catch((error: Error) => exit(1, `Stopped badly: ${error.message}`));
    exit(0, 'Stopped');
  };
  const exit = (code: number, message: string): never => {
    logger[code === 0 ? 'log' : 'error'](message);
    process.exit(code);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

async function close(app: NestExpressApplication): Promise<void> {
  app.get(Readiness).startDraining();
  const servers = listenersOf(app);
  servers.forEach(stopAccepting);
  if (!app.get(AppConfig).embedded.postgres) await handOver(servers);
  // Connections of calls that were in flight when we were told to stop were promised to be kept.
  const sweep = setInterval(() => servers.forEach((server) => server.closeIdleConnections()), SWEEP_INTERVAL_MS);
  const deadline = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), DRAIN_DEADLINE_MS);
  await app.close();
  clearInterval(sweep);
  clearTimeout(deadline);
  await stopOwnedEngines();
}

const listenersOf = (app: NestExpressApplication): Server[] =>
  [app.getHttpServer() as Server, app.get(McpHttpTransport).unwrap<Server | undefined>()].filter(
    (server) => !!server?.listening,
  ) as Server[];

/**
 * New connections are refused, which tells a load balancer to look elsewhere before it has sent anything. Those that are
 * open go on, each with one last answer; `http.Server.close` would end idle ones while a request is on its way to them.
 */
function stopAccepting(server: Server): void {
  server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => response.setHeader('Connection', 'close'));
  NetServer.prototype.close.call(server);
}

/** Waits until whoever kept connections to a replica has used or closed them. One machine's own engines have no replicas. */
async function handOver(servers: Server[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => (timer = setTimeout(resolve, HAND_OVER_MS)));
  await Promise.race([Promise.all(servers.map((server) => once(server, 'close'))), over]);
  clearTimeout(timer);
}
