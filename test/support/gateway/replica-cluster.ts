import type { ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../../../src/database/embedded-postgres.js';
import { eventually } from '../eventually.js';
import { freePort } from './free-port.js';
import { GatewayProcess } from './gateway-process.js';
import { hasNginx, startNginx, stopped } from './nginx.js';
import { hasRedis, RedisServer } from '../databases/redis-server.js';
import { temporaryFolder } from '../temporary-folder.js';
import { startClickHouseServer } from '../databases/test-clickhouse.js';

/** Whether this machine has all it takes; a test that is skipped for it says so. */
export function hasClusterPrograms(): boolean {
  const found = hasNginx();
  if (!found) process.stderr.write('SKIPPED: replicas behind nginx; install nginx to run it.\n');
  return hasRedis() && found;
}

/** nginx before the replicas. */
export interface FrontDoor {
  rest: string;
  mcp: string;
}

/** Gateways on one PostgreSQL, one ClickHouse and one Redis, behind deploy/nginx.conf with nothing but its addresses changed. */
export class ReplicaCluster {
  readonly replicas: GatewayProcess[] = [];
  redis!: RedisServer;
  private readonly folder = temporaryFolder('replicas');
  private readonly postgres = new EmbeddedPostgres(join(this.folder, 'engine'));
  private readonly nginx: ChildProcess[] = [];
  private clickhouse: Awaited<ReturnType<typeof startClickHouseServer>> | undefined;
  private env: Record<string, string> = {};

  /** The first alone, since it migrates the databases and makes the admin. */
  async start(count: number, env: Record<string, string> = {}): Promise<void> {
    const [engine, clickhouse, redis] = await Promise.all([this.postgres.start(), startClickHouseServer(), RedisServer.start()]);
    this.clickhouse = clickhouse;
    this.redis = redis;
    this.env = {
      GATEWAY_DATABASE_URL: engine.url,
      GATEWAY_CLICKHOUSE_URL: clickhouse.url,
      GATEWAY_REDIS_URL: redis.url,
      GATEWAY_SECRET_KEY: 'shared-by-all-replicas-of-the-test',
      NODE_OPTIONS: '--import ./test/support/gateway/streaming-source.mjs',
      ...env,
    };
    this.replicas.push(await this.gateway(0));
    this.replicas.push(...(await Promise.all(Array.from({ length: count - 1 }, (_, n) => this.gateway(n + 1)))));
  }

  /** With `sticky`, a credential's requests all go to one replica. */
  async openDoor({ sticky = false } = {}): Promise<FrontDoor> {
    const [restPort, mcpPort] = [await freePort(), await freePort()];
    let conf = this.withReplicas(readFileSync(join('deploy', 'nginx.conf'), 'utf8'));
    if (sticky) conf = conf.replaceAll('least_conn;', 'hash $http_authorization consistent;');
    conf = conf.replace('listen 8000', `listen 127.0.0.1:${restPort}`).replace('listen 8001', `listen 127.0.0.1:${mcpPort}`);
    this.nginx.push(startNginx(conf, join(this.folder, `nginx-${restPort}`)));
    const door = { rest: `http://127.0.0.1:${restPort}`, mcp: `http://127.0.0.1:${mcpPort}/messages` };
    await eventually(async () => expectOk(await fetch(`${door.rest}/readyz`)));
    return door;
  }

  /** Stops it as an operator does and starts it again on the same ports; resolves once it is ready. */
  async restart(n: number): Promise<GatewayProcess> {
    const old = this.replicas[n]!;
    const ports = { GATEWAY_PORT: new URL(old.restUrl).port, GATEWAY_MCP_PORT: new URL(old.mcpUrl).port };
    const code = await old.end();
    if (code !== 0) throw new Error(`A replica ended with ${code}:\n${old.output}`);
    return (this.replicas[n] = await this.gateway(n, ports));
  }

  async stop(): Promise<void> {
    for (const nginx of this.nginx) await stopped(nginx);
    await Promise.all(this.replicas.map((replica) => replica.end('SIGKILL')));
    await this.redis?.kill();
    await this.clickhouse?.stop();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private gateway(n: number, env: Record<string, string> = {}): Promise<GatewayProcess> {
    return GatewayProcess.start({ dataDir: join(this.folder, `replica-${n + 1}`), env: { ...this.env, ...env } });
  }

  /** The file names two replicas; each `server` line of the first becomes one for each of ours. */
  private withReplicas(conf: string): string {
    const host = (url: string) => new URL(url).host.replace('localhost', '127.0.0.1');
    return conf
      .replace(/ *server gateway-2:.*\n/g, '')
      .replace(/( *server )gateway-1:(\d+)(.*\n)/g, (_, server, port, rest) =>
        this.replicas.map(({ restUrl, mcpUrl }) => `${server}${host(port === '8000' ? restUrl : mcpUrl)}${rest}`).join(''),
      );
  }
}

function expectOk({ ok, status }: Response): void {
  if (!ok) throw new Error(`Status ${status}`);
}
