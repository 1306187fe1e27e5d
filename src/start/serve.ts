import './v8-flags.js';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { AppModule } from '../app.module.js';
import { announceReady, announceStart, withdrawGateway } from './running-gateway.js';
import { secretLines, startBanner, type BannerFacts } from './start-banner.js';
import { TallygateLogger } from '../telemetry/logger.js';
import { VERSION } from '../common/version.js';
import type { AppConfig, ConfigValues } from '../config/app-config.js';
import { listenAddress, localName } from '../config/host.js';
import { installedEngines } from '../config/backends/installed-engines.js';
import { ConfigError, loadConfig, nameOfSetting, readConfig, strangeVariables } from '../config/load-config.js';
import { stopOwnedEngines } from '../database/postgres-engine.js';
import { HealthService } from '../gateway-api/health/health.service.js';
import type { HttpListener } from '../http/http-listener.js';
import { configureRest } from '../rest/configure-rest.js';
import { RestAdapter } from '../rest/rest.adapter.js';
import { FirstRunSecrets } from '../config/first-run-secrets.js';
import { McpHttpRoutes } from '../mcp-gateway/transport/mcp-http.routes.js';
import { mcpBesideRest, McpListener } from '../mcp-gateway/transport/mcp-listener.js';
import { shutDownOnSignal } from './shutdown.js';

/**
 * Configuration → application → two listeners; then it tells `ready`. Any problem is one clear line and exit code 1.
 * @param options settings of the command line, by the variables they stand for
 * @param onlyIfFree ends with 0 where another gateway serves the data folder, instead of waiting for its databases
 */
export async function serve(
  ready = showBanner,
  options: Readonly<Record<string, string>> = {},
  onlyIfFree = false,
): Promise<void> {
  const started = performance.now();
  const firstRun = new FirstRunSecrets();
  try {
    // Before anything is made: a port in use is the commonest mistake, and starting two databases to find it is slow.
    await assertFree(readConfig(undefined, options, installedEngines()), options);
    const config = loadConfig(undefined, options);
    const isOurs = await announceStart(config);
    if (!isOurs && onlyIfFree) process.exit(0);
    process.once('exit', () => withdrawGateway(config.values.data_dir));
    const { app, rest, mcp } = await start(config, firstRun);
    shutDownOnSignal(app, [rest, mcp]);
    const urls = addresses(config, rest, mcp);
    announceReady(config, urls);
    const isOpen = !config.values.auth.enabled;
    const needsAccount = config.values.credits.mode === 'required';
    const hasPortal = config.values.portal.enabled;
    const startedInMs = performance.now() - started;
    ready({ ...urls, version: VERSION, startedInMs, firstRun, isOpen, needsAccount, hasPortal });
  } catch (error) {
    process.stderr.write(`\nTallygate cannot start:\n${problems(error)}\n${secretLines(firstRun).join('\n')}\n`);
    await stopOwnedEngines();
    process.exit(1);
  }
}

const showBanner = (facts: BannerFacts): void => void process.stderr.write(`${startBanner(facts)}\n`);

async function start(config: AppConfig, firstRun: FirstRunSecrets) {
  const logger = new TallygateLogger(config);
  for (const words of strangeVariables(config)) logger.warn(words, 'Start');
  const module = AppModule.forRoot(config, firstRun, logger);
  const options = { logger, abortOnError: false, bodyParser: false };
  const adapter = new RestAdapter(config);
  const app = await NestFactory.create<NestExpressApplication>(module, adapter, options);
  if (config.values.mcp.on_rest_port) app.use(mcpBesideRest(app.get(McpHttpRoutes)));
  configureRest(app, config);
  // Before a listener opens, which Nest would not wait for: a load balancer sends calls the moment a port answers.
  await app.init();
  const mcp = await app.get(McpListener).listen(adapter.getInstance());
  await app.listen(config.values.port, listenAddress(config.values.host)!);
  const rest = adapter.listener;
  app.get(HealthService).listenOn(rest.port, mcp.port);
  return { app, rest, mcp };
}

/** @throws ConfigError that names the ports in use as the operator does */
async function assertFree(
  { host, port, mcp_port: mcpPort }: ConfigValues,
  options: Readonly<Record<string, string>>,
): Promise<void> {
  const nameOf = (path: string) => nameOfSetting(path, options);
  const found = [await portProblem('port', port, host, nameOf), await portProblem('mcp_port', mcpPort, host, nameOf)];
  // An address that is no address is so for both.
  const problems = [...new Set(found.filter((problem) => problem !== undefined))];
  if (problems.length > 0) throw new ConfigError(problems);
}

async function portProblem(
  path: string,
  port: number,
  host: string,
  nameOf: (path: string) => string,
): Promise<string | undefined> {
  const probe = createServer().listen(port, listenAddress(host));
  try {
    await once(probe, 'listening');
    probe.close();
    await once(probe, 'close');
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'EADDRINUSE') return `${nameOf(path)}: port ${port} is in use. Stop what uses it, or choose another.`;
    if (code === 'EACCES') return `${nameOf(path)}: port ${port} is not allowed for this user. Choose one above 1023.`;
    return `${nameOf('host')}: cannot listen on ${host}: ${message}`;
  }
}

function addresses({ values }: AppConfig, rest: HttpListener, mcp: HttpListener) {
  const host = localName(values.host);
  return { restUrl: `http://${host}:${rest.port}`, mcpUrl: `http://${host}:${mcp.port}/messages` };
}

const problems = (error: unknown): string =>
  (error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)])
    .map((problem) => `  ${problem}`)
    .join('\n');
