import './v8-flags.js';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { AppModule } from '../app.module.js';
import { announceGateway, withdrawGateway } from './running-gateway.js';
import { secretLines, startBanner, type BannerFacts } from './start-banner.js';
import { TallygateLogger } from '../telemetry/logger.js';
import { VERSION } from '../common/version.js';
import type { AppConfig } from '../config/app-config.js';
import { listenAddress, localName } from '../config/host.js';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { stopOwnedEngines } from '../database/postgres-engine.js';
import type { HttpListener } from '../http/http-listener.js';
import { configureRest } from '../rest/configure-rest.js';
import { RestAdapter } from '../rest/rest.adapter.js';
import { FirstRunSecrets } from '../config/first-run-secrets.js';
import { McpHttpRoutes } from '../mcp-gateway/transport/mcp-http.routes.js';
import { mcpBesideRest, McpListener } from '../mcp-gateway/transport/mcp-listener.js';
import { shutDownOnSignal } from './shutdown.js';

/** Configuration → application → two listeners; then it tells `ready`. Any problem is one clear line and exit code 1. */
export async function serve(ready = showBanner): Promise<void> {
  const started = performance.now();
  const firstRun = new FirstRunSecrets();
  try {
    const config = loadConfig();
    announceGateway(config);
    process.once('exit', () => withdrawGateway(config.values.data_dir));
    const { app, rest, mcp } = await start(config, firstRun);
    shutDownOnSignal(app, [rest, mcp]);
    const urls = addresses(config, rest, mcp);
    announceGateway(config, urls);
    ready({ ...urls, version: VERSION, startedInMs: performance.now() - started, firstRun });
  } catch (error) {
    process.stderr.write(`\nTallygate cannot start:\n${problems(error)}\n${secretLines(firstRun).join('\n')}\n`);
    await stopOwnedEngines();
    process.exit(1);
  }
}

const showBanner = (facts: BannerFacts): void => void process.stderr.write(`${startBanner(facts)}\n`);

async function start(config: AppConfig, firstRun: FirstRunSecrets) {
  const { port, mcp_port: mcpPort } = config.values;
  const host = listenAddress(config.values.host);
  for (const wanted of [port, mcpPort]) await assertFree(wanted, host);
  const logger = new TallygateLogger(config);
  const module = AppModule.forRoot(config, firstRun, logger);
  const options = { logger, abortOnError: false, bodyParser: false };
  const adapter = new RestAdapter(config);
  const app = await NestFactory.create<NestExpressApplication>(module, adapter, options);
  if (config.values.mcp.on_rest_port) app.use(mcpBesideRest(app.get(McpHttpRoutes)));
  configureRest(app, config);
  // Before a listener opens, which Nest would not wait for: a load balancer sends calls the moment a port answers.
  await app.init();
  const mcp = await app.get(McpListener).listen(adapter.getInstance());
  await app.listen(port, host!);
  return { app, rest: adapter.listener, mcp };
}

/** Asked first, since a port in use is the commonest mistake and starting two databases to find it is slow. */
async function assertFree(port: number, host: string | undefined): Promise<void> {
  const probe = createServer().listen(port, host);
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}

function addresses({ values }: AppConfig, rest: HttpListener, mcp: HttpListener) {
  const host = localName(values.host);
  return { restUrl: `http://${host}:${rest.port}`, mcpUrl: `http://${host}:${mcp.port}/messages` };
}

function problems(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.map((problem) => `  ${problem}`).join('\n');
  const { code, port, message } = error as { code?: string; port?: number; message?: string };
  if (code === 'EADDRINUSE')
    return `  Port ${port} is in use. Stop what uses it, or set GATEWAY_PORT or GATEWAY_MCP_PORT to another.`;
  if (code === 'EACCES' && port)
    return `  Port ${port} is not allowed for this user. Set GATEWAY_PORT and GATEWAY_MCP_PORT to ports above 1023.`;
  return `  ${message ?? String(error)}`;
}
