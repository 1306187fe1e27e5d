import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readiness } from './gateway-api/readiness.service.js';

/** How long requests in flight on the REST listener may take; the MCP listener has the same deadline. */
const DRAIN_DEADLINE_MS = 30_000;
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
  const server = app.getHttpServer() as Server;
  server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => response.setHeader('Connection', 'close'));
  const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_DEADLINE_MS);
  await app.close();
  clearTimeout(deadline);
}
