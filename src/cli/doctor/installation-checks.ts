import { existsSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { usesEmbeddedPostgres, type ConfigValues } from '../../config/app-config.js';
import { listenAddress } from '../../config/host.js';
import { installedEngines } from '../../config/backends/installed-engines.js';
import { ConfigError, nameOfSetting, readConfig } from '../../config/load-config.js';
import { portOfServer } from '../../database/embedded-postgres.js';
import { MIGRATIONS } from '../../database/migrations/index.js';
import { primaryUrl } from '../../database/primary/primary.js';
import { redisClient } from '../../limits/redis-address.js';
import { enabledTemplates } from '../../servers/templates/server-templates.service.js';
import { runningGateway } from '../../start/running-gateway.js';
import { bad, good, type Finding } from './finding.js';
import { engineFinding, findRunning, servedPorts, serverFindings, type Health } from './running-gateway-checks.js';

const TIMEOUT_MS = 3_000;
/** Login tokens and rate limits bear less difference between a gateway and its database than people notice. */
const CLOCK_DIFFERENCE_MAX_MS = 5_000;

/**
 * Looks at everything a start needs, or at what a gateway that runs has of it. Changes nothing, and starts nothing.
 * @param options settings of the command line, by the variables they stand for
 */
export async function checkInstallation(options: Readonly<Record<string, string>>): Promise<Finding[]> {
  const values = settings(options);
  if (Array.isArray(values)) return values;
  const running = await findRunning(values);
  return [
    good('settings', 'valid'),
    ...(running ? servedPorts(running) : await portFindings(values, options)),
    ...(await postgresFindings(values, running?.health)),
    await clickhouseFinding(values, running?.health),
    ...(await redisFindings(values)),
    secretFinding(values),
    ...templateFindings(values),
    ...(running ? await serverFindings(running) : []),
  ];
}

function settings(options: Readonly<Record<string, string>>): ConfigValues | Finding[] {
  try {
    return readConfig(undefined, options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => bad('settings', problem, 'Correct it in gateway.yaml or in the environment.'));
  }
}

const portFindings = (values: ConfigValues, options: Readonly<Record<string, string>>): Promise<Finding[]> =>
  Promise.all(
    (['port', 'mcp_port'] as const).map((name) => portFinding(values.host, values[name], nameOfSetting(name, options))),
  );

async function portFinding(host: string, port: number, setting: string): Promise<Finding> {
  const probe = createServer();
  try {
    probe.listen(port, listenAddress(host));
    await once(probe, 'listening');
    probe.close();
    return good('ports', `${port} is free`);
  } catch (error) {
    const { code } = error as { code?: string };
    const words = code === 'EADDRINUSE' ? `${port} is in use by another program` : `${port} cannot be opened (${code})`;
    return bad('ports', words, `Stop what uses it, or set ${setting} to another port.`);
  }
}

async function postgresFindings(values: ConfigValues, running: Health | undefined): Promise<Finding[]> {
  if (!usesEmbeddedPostgres(values)) return externalPostgres(values.database_url!);
  if (running) return [engineFinding('PostgreSQL', running.database)];
  if (!installedEngines().postgres) return [bad('PostgreSQL', 'the embedded server is not installed', REINSTALL)];
  return [good('PostgreSQL', `embedded, ${await embeddedState(resolve(values.data_dir))}; migrations run at the start`)];
}

/** Of the embedded server while no gateway answers. One whose gateway was killed lives on. */
async function embeddedState(dataDir: string): Promise<string> {
  const port = portOfServer(dataDir);
  if (port !== undefined && (await isListening(port))) {
    const owner = runningGateway(dataDir)?.pid;
    if (owner !== undefined) return `running on port ${port}, of a gateway that is starting or stopping (process ${owner})`;
    return `left running on port ${port} by a gateway that was killed: the next one takes it over, and stops it when it ends`;
  }
  return existsSync(join(dataDir, 'postgres')) ? 'stopped, with data' : 'no data yet';
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', timeout: TIMEOUT_MS });
  socket.once('timeout', () => socket.destroy(new Error('no answer')));
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The server itself, the migrations it has seen, and its clock. */
async function externalPostgres(url: string): Promise<Finding[]> {
  const connectionString = await primaryUrl(url);
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS });
  try {
    await client.connect();
    const { rows } = await client.query<{ now: Date; ran: string | null }>(
      "SELECT clock_timestamp() AS now, to_regclass('mcp.migrations')::text AS ran",
    );
    const difference = Math.abs(rows[0]!.now.getTime() - Date.now());
    return [good('PostgreSQL', 'answers'), await migrationFinding(client, rows[0]!.ran !== null), clockFinding(difference)];
  } catch (error) {
    const fix = 'Start the server, and check GATEWAY_DATABASE_URL: host, port, user, password and database.';
    return [bad('PostgreSQL', `cannot be used: ${(error as Error).message || (error as { code?: string }).code}`, fix)];
  } finally {
    await client.end().catch(() => {}); // it may never have begun
  }
}

async function migrationFinding(client: pg.Client, hasRun: boolean): Promise<Finding> {
  const names = hasRun
    ? (await client.query<{ name: string }>('SELECT name FROM mcp.migrations')).rows.map(({ name }) => name)
    : [];
  const ours = MIGRATIONS.map((Migration) => new Migration().name);
  const foreign = names.filter((name) => !ours.some((known) => known === name));
  if (foreign.length > 0)
    return bad('migrations', `${foreign.join(', ')} is not known here`, 'Run the newer Tallygate that made this database.');
  const waiting = ours.length - names.length;
  return good(
    'migrations',
    waiting === 0 ? `all ${ours.length} have run` : `${waiting} of ${ours.length} will run at the next start`,
  );
}

function clockFinding(differenceMs: number): Finding {
  const words = `${Math.round(differenceMs)} ms from the database's`;
  if (differenceMs <= CLOCK_DIFFERENCE_MAX_MS) return good('clock', words);
  return bad('clock', words, 'Synchronise the clocks of both machines, e.g. with chrony or timedatectl set-ntp true.');
}

async function clickhouseFinding({ clickhouse_url: url }: ConfigValues, running: Health | undefined): Promise<Finding> {
  if (!url && running) return engineFinding('ClickHouse', running.clickhouse);
  if (!url && installedEngines().clickhouse) return good('ClickHouse', 'embedded; migrations run at the start');
  if (!url) return bad('ClickHouse', 'the embedded engine is not installed', REINSTALL);
  try {
    const { ok, status } = await fetch(new URL('/ping', url.replace(/\/\/[^/@]*@/, '//')), {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (ok) return good('ClickHouse', 'answers');
    return bad('ClickHouse', `answers with status ${status}`, 'Check GATEWAY_CLICKHOUSE_URL: is it the HTTP port, usually 8123?');
  } catch {
    return bad('ClickHouse', 'does not answer', 'Start the server, and check host and port of GATEWAY_CLICKHOUSE_URL.');
  }
}

/** Nothing where it is not used. */
async function redisFindings({ redis_url: url }: ConfigValues): Promise<Finding[]> {
  if (!url) return [];
  const client = redisClient(Redis, url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    retryStrategy: null,
    sentinelRetryStrategy: () => null,
  });
  let reason = '';
  client.on('error', (error: Error) => (reason = error.message || (error as { code?: string }).code!));
  try {
    await client.ping();
    return [good('Redis', 'answers')];
  } catch (error) {
    const fix = 'Start the server, and check GATEWAY_REDIS_URL: host, port and password. Until then replicas count limits apart.';
    return [bad('Redis', `cannot be used: ${reason || (error as Error).message}`, fix)];
  } finally {
    client.disconnect();
  }
}

/** A secret that others can read is none. */
function secretFinding({ auth, data_dir: dataDir }: ConfigValues): Finding {
  const file = join(resolve(dataDir), 'secret-key');
  if (auth.secret_key) return good('secrets', 'GATEWAY_SECRET_KEY is set');
  if (!existsSync(file)) return good('secrets', `a secret key will be made in ${file}`);
  const isOpen = (statSync(file).mode & 0o077) !== 0;
  return isOpen ? bad('secrets', `${file} can be read by others`, `chmod 600 ${file}`) : good('secrets', `kept in ${file}`);
}

/** Templates that are switched on and cannot be used; nothing where all can. */
const templateFindings = (values: ConfigValues): Finding[] =>
  [...enabledTemplates(values).missing].map(([name, { message, command }]) =>
    bad('templates', `${name} ${message}`, `${command}, then restart the gateway.`),
  );

const REINSTALL = 'npm ci --include=optional, or give GATEWAY_DATABASE_URL and GATEWAY_CLICKHOUSE_URL.';
