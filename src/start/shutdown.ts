import type { NestExpressApplication } from '@nestjs/platform-express';
import { isatty } from 'node:tty';
import { loggerFor } from '../common/log-contexts.js';
import { AppConfig } from '../config/app-config.js';
import { stopOwnedEngines } from '../database/postgres-engine.js';
import { HealthService } from '../gateway-api/health/health.service.js';
import type { HttpListener } from '../http/http-listener.js';

/** Longer than a load balancer keeps idle connections to a replica (`keepalive_timeout` in deploy/nginx.conf). */
const HAND_OVER_MS = 2_000;
/** From the signal to the end, engines included; what takes longer hangs, and a supervisor would have to kill us. */
const STOP_DEADLINE_MS = 90_000;
/** What comes within this is the first signal again: npm passes on what the terminal, or a supervisor, has told all of us. */
const SAME_SIGNAL_MS = 1_000;

/**
 * SIGTERM, SIGINT or the end of our terminal (SIGHUP) → not ready, listeners stop accepting, calls in flight finish, queues flush,
 * engines close, exit 0. A second signal ends the process at once. (docs/architecture.md, "The life of a shutdown")
 */
export function shutDownOnSignal(app: NestExpressApplication, listeners: HttpListener[] = []): void {
  const logger = loggerFor('Shutdown');
  let askedAt: number | undefined;
  const stop = async (signal: string) => {
    if (askedAt !== undefined) return endNow(askedAt);
    askedAt = performance.now();
    logger.log(`${signal}: finishing calls in flight`);
    setTimeout(() => exit(1, `Not stopped within ${STOP_DEADLINE_MS / 1_000} s; giving up`), STOP_DEADLINE_MS).unref();
    await close(app, listeners).catch((error: Error) => exit(1, `The shutdown failed: ${error.message}`));
    exit(0, 'Stopped');
  };
  const exit = (code: number, message: string): never => {
    logger[code === 0 ? 'log' : 'error'](message);
    process.exit(code);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
  // Node takes back that `nohup` had it ignored. What `nohup` leaves to see is that no stream is a terminal, as under a supervisor.
  const hasTerminal = [0, 1, 2].some((stream) => isatty(stream));
  process.on('SIGHUP', (signal) =>
    hasTerminal ? void stop(signal) : logger.log(`${signal}: started without a terminal; going on`),
  );
}

function endNow(askedAt: number): void {
  if (performance.now() - askedAt > SAME_SIGNAL_MS) process.exit(1);
}

async function close(app: NestExpressApplication, listeners: HttpListener[]): Promise<void> {
  app.get(HealthService).startDraining();
  for (const listener of listeners) listener.stopAccepting();
  if (!app.get(AppConfig).isAlone) await handOver(listeners);
  // Before Nest, which closes one after the other: all have the same deadline.
  for (const listener of listeners) void listener.drain();
  await app.close();
  await stopOwnedEngines();
}

/** Waits until whoever kept connections to a replica has used or closed them. One machine's own engines have no replicas. */
async function handOver(listeners: HttpListener[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => (timer = setTimeout(resolve, HAND_OVER_MS)));
  await Promise.race([Promise.all(listeners.map(({ closed }) => closed)), over]);
  clearTimeout(timer);
}
