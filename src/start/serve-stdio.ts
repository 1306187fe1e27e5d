import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../app.module.js';
import { secretLines } from './start-banner.js';
import { TallygateLogger } from '../telemetry/logger.js';
import { FirstRunSecrets } from '../config/first-run-secrets.js';
import { loadConfig } from '../config/load-config.js';
import { stopOwnedEngines } from '../database/postgres-engine.js';
import { McpStdioTransport } from '../mcp-gateway/transport/mcp-stdio.transport.js';
import { shutDownOnSignal } from './shutdown.js';

const STDERR = 2;

/**
 * The whole application for the one client of `tallygate stdio`. Nothing but protocol goes to stdout. Ends when the client
 * closes its side.
 * @throws Error in one line when it cannot start.
 */
export async function serveStdio(): Promise<void> {
  const firstRun = new FirstRunSecrets();
  try {
    const app = await start(firstRun);
    shutDownOnSignal(app);
    const transport = app.get(McpStdioTransport);
    await app.startAllMicroservices();
    await transport.ended();
    await app.close();
  } finally {
    await stopOwnedEngines();
    process.stderr.write(
      secretLines(firstRun)
        .map((line) => `${line}\n`)
        .join(''),
    );
  }
}

/** Everything is ready before the first line is read, since a client asks for the tools at once. */
async function start(firstRun: FirstRunSecrets): Promise<NestExpressApplication> {
  const config = loadConfig();
  const logger = new TallygateLogger(config, STDERR);
  const module = AppModule.forRoot(config, firstRun, logger);
  const app = await NestFactory.create<NestExpressApplication>(module, { logger, abortOnError: false, bodyParser: false });
  app.connectMicroservice({ strategy: app.get(McpStdioTransport) });
  await app.init();
  return app;
}
