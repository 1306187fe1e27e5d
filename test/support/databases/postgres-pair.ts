import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { EmbeddedPostgres } from '../../../src/database/embedded-postgres.js';
import { eventually } from '../eventually.js';

const run = promisify(execFile);
/** Kept of the log, for a standby that is made while the primary works. */
const LOG_KEPT = '256MB';
const STREAMS_MS = 30_000;

/** One server of a pair, on a port that stays. */
class Server {
  url = '';
  engine: EmbeddedPostgres;

  constructor(private readonly folder: string) {
    this.engine = new EmbeddedPostgres(folder);
  }

  async start(): Promise<void> {
    this.url = (await this.engine.start(this.url ? Number(new URL(this.url).port) : undefined)).url;
  }

  get pid(): number | undefined {
    try {
      return Number(readFileSync(join(this.engine.folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      return undefined;
    }
  }

  kill(signal: NodeJS.Signals): void {
    const { pid } = this;
    if (pid !== undefined && isRunning(pid)) process.kill(pid, signal);
  }

  /** Becomes an empty folder of a server; processes of a killed one may be on their way out. */
  renew(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
    this.engine = new EmbeddedPostgres(this.folder);
  }

  async sql<Row extends object>(...statements: string[]): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      let rows: Row[] = [];
      for (const statement of statements) ({ rows } = await client.query<Row>(statement));
      return rows;
    } finally {
      await client.end();
    }
  }
}

/** Two real servers: a primary, and its standby, for which each commit waits. */
export class PostgresPair {
  private primary: Server;
  private standby: Server;
  /** In the order in which a URL names both. */
  private readonly servers: readonly [Server, Server];

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o711 }); // the account of PostgreSQL passes through
    this.servers = [new Server(join(folder, 'one')), new Server(join(folder, 'other'))];
    [this.primary, this.standby] = this.servers;
  }

  async start(): Promise<void> {
    await this.primary.start();
    await this.primary.sql(`ALTER SYSTEM SET wal_keep_size = '${LOG_KEPT}'`, 'SELECT pg_reload_conf()');
    await this.makeStandby();
  }

  /** Of the server that takes writes. */
  get url(): string {
    return this.primary.url;
  }

  /** Of the other one. */
  get standbyUrl(): string {
    return this.standby.url;
  }

  /** Of one and the other, whichever is which now. */
  get urls(): string[] {
    return this.servers.map(({ url }) => url);
  }

  get pid(): number | undefined {
    return this.primary.pid;
  }

  /** Starts the primary again, where it is down. */
  startPrimary(): Promise<void> {
    return this.primary.start();
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.primary.kill(signal);
  }

  /** From now on the standby takes writes, waiting for nobody. The former primary stays as it is: alive, if nobody has ended it. */
  async promote(): Promise<void> {
    const [row] = await this.standby.sql<{ done: boolean }>('SELECT pg_promote(true, 60) AS done');
    if (!row!.done) throw new Error('The standby was not promoted');
    [this.primary, this.standby] = [this.standby, this.primary];
  }

  /** Ends the former primary, so that nobody writes there any more. */
  fence(): void {
    this.standby.kill('SIGKILL');
  }

  /** Makes the server that takes no writes anew, as a standby on its port, and has commits wait for it. */
  async makeStandby(): Promise<void> {
    this.fence();
    this.standby.renew();
    await this.copy();
    await this.standby.start();
    await this.primary.sql(`ALTER SYSTEM SET synchronous_standby_names = '*'`, 'SELECT pg_reload_conf()');
    await eventually(async () => {
      if ((await this.primary.sql(IN_SYNC)).length === 0) throw new Error('No commit waits for the standby yet');
    }, STREAMS_MS);
    await this.primary.sql('CHECKPOINT'); // behind the reload of its process, which has commits wait
  }

  stop(): void {
    for (const server of this.servers) server.kill('SIGKILL');
  }

  /** As PostgreSQL's manual says, "Making a Base Backup Using the Low Level API": the embedded server comes without pg_basebackup. */
  private async copy(): Promise<void> {
    const [from, to] = [this.primary.engine.folder, this.standby.engine.folder];
    const client = new pg.Client({ connectionString: this.primary.url });
    client.on('error', () => undefined); // a primary that is killed fails the next query
    await client.connect();
    let label: string;
    try {
      await client.query(`SELECT pg_backup_start('standby', true)`);
      await run('mkdir', [to]);
      const copy = `tar -C ${from} --exclude='./pg_wal/0*' --warning=none -cf - . | tar -C ${to} -xpf -`;
      await run('sh', ['-c', copy]); // a file may go or change meanwhile, which the log makes good
      const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
      label = rows[0]!.labelfile;
    } finally {
      await client.end();
    }
    for (const name of ['postmaster.pid', 'postmaster.opts']) rmSync(join(to, name), { force: true });
    copyFileSync(join(dirname(from), 'password'), join(dirname(to), 'password'));
    const files = { backup_label: label, 'standby.signal': '', 'postgresql.auto.conf': this.settings() };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(to, name), text);
    await run('chown', ['-R', '--reference', from, to]);
    await run('chmod', ['--reference', from, to]);
  }

  private settings(): string {
    const { hostname, port, username, password } = new URL(this.primary.url);
    const source = `host=${hostname} port=${port} user=${username} password=${password} application_name=standby`;
    return `wal_keep_size = '${LOG_KEPT}'\nwal_retrieve_retry_interval = '200ms'\nprimary_conninfo = '${source}'\n`;
  }
}

const IN_SYNC = `SELECT 1 FROM pg_stat_replication WHERE application_name = 'standby' AND sync_state = 'sync'`;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH
  }
}
