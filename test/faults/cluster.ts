import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { SmallDisk } from './full-disk.js';
import { ClickHousePart, GatewayPart } from './parts.js';
import { PairOfPostgres, SinglePostgres, type PostgresPart } from './postgres-part.js';
import { SlowServer } from './slow-server.js';
import { Supervised } from './supervised.js';
import { Ways } from './ways.js';

export const SECRET = 'shared-by-all-gateways-of-the-fault-run';
export const ADD_PRICE = 2;
/** Log files of PostgreSQL are recycled within its disk. */
const POSTGRES_DISK_MB = 1_024;
const POSTGRES_LOG_MB = 128;
const CLICKHOUSE_DISK_MB = 512;
const UNBOUNDED = 1_000_000_000;

export const LEASE_SECONDS = 5;

/** Everything that waits, waits shorter than in production, so that more happens in a minute. */
const SETTINGS = `
stock_data: { enabled: false }
limits: { user_per_hour: ${UNBOUNDED}, api_key_per_hour: ${UNBOUNDED}, failures_per_address: ${UNBOUNDED} }
tools: { timeout_seconds: 2, prices: { add: ${ADD_PRICE} } }
credits: { lease_seconds: ${LEASE_SECONDS} }
usage: { delivery_interval_ms: 100, delivery_timeout_ms: 1000, verify_interval_seconds: 5 }
`;

export interface ClusterOptions {
  gateways: number;
  /** Whether data folders get small disks of their own, that of a PostgreSQL with a standby never; where they cannot, there are none. */
  disks?: boolean;
  /** Whether PostgreSQL has a standby, for which each commit waits. */
  standby?: boolean;
}

/** Gateways on one PostgreSQL and one ClickHouse, each part kept running until `stop`. */
export class Cluster {
  readonly folder = temporaryFolder('faults');
  readonly disks: { postgres?: SmallDisk | undefined; clickhouse?: SmallDisk | undefined } = {};
  readonly postgres: PostgresPart;
  /** The same, where it has a standby. */
  readonly pair: PairOfPostgres | undefined;
  readonly clickhouse: ClickHousePart;
  readonly gateways: GatewayPart[] = [];
  readonly slowServer = new SlowServer();
  /** Of every gateway. */
  env: Record<string, string> = {};
  readonly supervisors: { postgres: Supervised; clickhouse: Supervised; gateways: Supervised[] };

  private constructor({ disks, standby }: ClusterOptions) {
    const folders = { postgres: join(this.folder, 'engine'), clickhouse: join(this.folder, 'clickhouse') };
    mkdirSync(folders.clickhouse);
    if (disks) this.disks.clickhouse = SmallDisk.mount(folders.clickhouse, CLICKHOUSE_DISK_MB);
    if (disks && !standby) this.disks.postgres = SmallDisk.mount(folders.postgres, POSTGRES_DISK_MB);
    this.pair = standby ? new PairOfPostgres(folders.postgres) : undefined;
    this.postgres = this.pair ?? new SinglePostgres(folders.postgres);
    this.clickhouse = new ClickHousePart(join(folders.clickhouse, 'data'));
    this.supervisors = { gateways: [] } as unknown as Cluster['supervisors'];
  }

  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options);
    try {
      await cluster.startAll(options.gateways);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** SQL on PostgreSQL, past every proxy. */
  async sql(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.postgres.url, connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined);
    await client.connect();
    await client.query(text).finally(() => client.end());
  }

  /** Resolves when every part runs and every gateway is ready. */
  async healthy(timeoutMs: number): Promise<void> {
    await eventually(async () => {
      if (!this.clickhouse.isAlive() || !this.postgres.isAlive()) throw new Error('An engine is down');
      for (const gateway of this.gateways) await assertReady(gateway);
    }, timeoutMs);
  }

  /** Removes everything but what was written down about it, which is copied into the given folder. */
  async stop(keepIn?: string): Promise<void> {
    const { postgres, clickhouse, gateways } = this.supervisors;
    for (const gateway of this.gateways) gateway.signal('SIGCONT');
    await Promise.all([postgres, clickhouse, ...gateways].map((supervisor) => supervisor?.stop()));
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.clickhouse.stop();
    await this.postgres.stop();
    await this.slowServer.stop();
    for (const disk of Object.values(this.disks)) disk?.unmount();
    if (keepIn) this.keepLogs(keepIn);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private keepLogs(keepIn: string): void {
    mkdirSync(keepIn, { recursive: true });
    const logs = readdirSync(this.folder).filter((name) => /\.(log|ndjson)$/.test(name));
    for (const name of logs) cpSync(join(this.folder, name), join(keepIn, name));
  }

  /** Every other gateway knows both servers, the others an address that leads to whichever takes writes. */
  private waysOf(n: number): Ways {
    const { postgres } = this;
    const knowsAll = n % 2 === 1;
    return new Ways(knowsAll ? postgres.urls.map((_, at) => () => new URL(postgres.urls[at]!)) : [() => new URL(postgres.url)]);
  }

  private async startAll(gateways: number): Promise<void> {
    await Promise.all([this.postgres.start(), this.clickhouse.start(), this.slowServer.start()]);
    await this.sql(`ALTER SYSTEM SET max_wal_size = '${POSTGRES_LOG_MB}MB'`);
    await this.sql('SELECT pg_reload_conf()');
    const config = join(this.folder, 'gateway.yaml');
    writeFileSync(config, SETTINGS + this.slowServer.settings());
    this.env = {
      GATEWAY_CONFIG: config,
      GATEWAY_HOST: '127.0.0.1',
      GATEWAY_CLICKHOUSE_URL: this.clickhouse.url,
      GATEWAY_SECRET_KEY: SECRET,
      GATEWAY_LOG_LEVEL: 'warn',
    };
    for (let n = 0; n < gateways; n += 1)
      this.gateways.push(new GatewayPart(join(this.folder, `gateway-${n}`), this.waysOf(n), this.env));
    await Promise.all(this.gateways.map((gateway) => gateway.start()));
    this.supervisors.postgres = new Supervised(this.postgres);
    this.supervisors.clickhouse = new Supervised(this.clickhouse);
    this.supervisors.gateways.push(...this.gateways.map((gateway) => new Supervised(gateway)));
  }
}

async function assertReady({ running }: GatewayPart): Promise<void> {
  if (!running) throw new Error('A gateway is down');
  const { status } = await fetch(`${running.restUrl}/readyz`, { signal: AbortSignal.timeout(2_000) });
  if (status !== 200) throw new Error('A gateway is not ready');
}
