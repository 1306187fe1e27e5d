import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { closeFolder } from '../common/files/closed-folder.js';
import { isRunning } from '../common/is-running.js';
import { createPrivateFile } from '../common/files/private-file.js';
import { loggerFor } from '../common/log-contexts.js';
import { canReach, own, postgresAccount, type PostgresAccount } from './postgres-account.js';
import { postgresBinaries } from './postgres-binaries.js';

const run = promisify(execFile);
const START_TIMEOUT_SECONDS = 60;
/** Pauses between them grow by 100 ms. */
const REMOVE_TRIES = 5;

/**
 * A real PostgreSQL of our own, one per data folder, reached over loopback with a generated password.
 *
 * It runs detached through `pg_ctl`, so neither Ctrl-C nor `kill -9` of the gateway can tear it down mid-write;
 * the next start finds the server that was left behind through its `postmaster.pid` and adopts it.
 */
export class EmbeddedPostgres {
  private readonly account: PostgresAccount = postgresAccount();
  private readonly home: string;
  private readonly binaries: string;

  constructor(dataDir: string) {
    this.closeDataFolder(dataDir);
    this.home = this.homeFor(join(dataDir, 'postgres'));
    mkdirSync(this.home, { recursive: true, mode: 0o700 });
    own(this.home, this.account);
    this.warn(closeFolder(this.home));
    this.binaries = postgresBinaries(this.account, this.home);
  }

  /** Where the cluster lives; differs from the data folder only where PostgreSQL's own account could not get there. */
  get folder(): string {
    return this.cluster;
  }

  /** Creates the cluster on first use, starts or adopts the server, and returns its URL and whether it was adopted. */
  async start(port?: number): Promise<{ url: string; adopted: boolean }> {
    if (!existsSync(join(this.cluster, 'PG_VERSION'))) await this.initialize();
    const adopted = (await this.isRunning()) || !(await this.launch(port ?? (await freePort())));
    return { url: `postgresql://tallygate:${this.password}@127.0.0.1:${this.port}/postgres`, adopted };
  }

  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  async stop(): Promise<void> {
    if (await this.isRunning()) await this.pgCtl('stop', '-m', 'fast', '-w', '-t', String(START_TIMEOUT_SECONDS));
  }

  private get cluster(): string {
    return join(this.home, 'cluster');
  }

  private get password(): string {
    return readFileSync(join(this.home, 'password'), 'utf8').trim();
  }

  private get port(): number {
    return portIn(join(this.cluster, 'postmaster.pid'));
  }

  /** PostgreSQL's own account must get through, to where it lives. */
  private closeDataFolder(dataDir: string): void {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (!isOurs(dataDir)) return this.warn(`${dataDir} has files of others in it, so it stays as open as it is.`);
    const [{ mode }, home] = [statSync(dataDir), join(dataDir, 'postgres')];
    const couldReach = canReach(home, this.account);
    this.warn(closeFolder(dataDir, this.account?.gid));
    if (!couldReach || canReach(home, this.account)) return;
    chmodSync(dataDir, mode);
    this.warn(`${dataDir} stays open to others: the account of PostgreSQL could not get to its data.`);
  }

  private warn(problem: string | undefined): void {
    if (problem) loggerFor('PostgreSQL').warn(problem);
  }

  /** A cluster stays where it was made, whatever can be reached by now. */
  private homeFor(wanted: string): string {
    return homeMade(wanted) ?? (canReach(wanted, this.account) ? wanted : elsewhere(wanted));
  }

  /**
   * In a folder of its own until it is whole: an initdb that is interrupted leaves what looks like a cluster and is none. Two
   * processes that start at once both make one, with the password of the first; the first that is whole is used by both.
   */
  private async initialize(): Promise<void> {
    this.removeUnfinished();
    const passwordFile = join(this.home, 'password');
    createPrivateFile(passwordFile, randomBytes(24).toString('hex'));
    own(passwordFile, this.account);
    const options = ['--auth=scram-sha-256', '--username=tallygate', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C'];
    const unfinished = `${this.cluster}.${process.pid}`;
    await this.execute('initdb', ['-D', unfinished, ...options]);
    try {
      renameSync(unfinished, this.cluster);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOTEMPTY') throw error;
      rmSync(unfinished, { recursive: true });
    }
  }

  private removeUnfinished(): void {
    const left = readdirSync(this.home).filter((name) => name.startsWith('cluster') && !isBeingMade(name));
    // An initdb whose gateway was killed may still be writing into its own.
    for (const name of left) rmSync(join(this.home, name), { recursive: true, force: true, maxRetries: REMOVE_TRIES });
  }

  /** Whether it was us: another process that starts on the folder may have been faster. */
  private async launch(port: number): Promise<boolean> {
    const settings = [
      '-h 127.0.0.1',
      `-p ${port}`,
      "-c unix_socket_directories=''",
      '-c max_connections=100',
      '-c shared_buffers=64MB',
    ];
    const log = join(this.home, 'postgres.log');
    try {
      await this.pgCtl('start', '-w', '-t', String(START_TIMEOUT_SECONDS), '-l', log, '-o', settings.join(' '));
      return true;
    } catch (error) {
      if (await this.isRunning()) return false;
      throw new Error(`The embedded PostgreSQL did not start; its log is ${log}`, { cause: error });
    }
  }

  private async isRunning(): Promise<boolean> {
    this.forgetDead();
    try {
      await this.pgCtl('status');
      return true;
    } catch {
      return false; // exit code 3: no server runs on this folder
    }
  }

  /**
   * A killed server stays a zombie where nobody reaps it, as in a container without an init. PostgreSQL and `pg_ctl`
   * take its process for a living one, and would never start again.
   */
  private forgetDead(): void {
    const pidFile = join(this.cluster, 'postmaster.pid');
    if (existsSync(pidFile) && isZombie(readFileSync(pidFile, 'utf8').split('\n')[0]!)) rmSync(pidFile);
  }

  private pgCtl(action: string, ...options: string[]): Promise<void> {
    return this.execute('pg_ctl', [action, '-D', this.cluster, ...options]);
  }

  private async execute(program: string, args: string[]): Promise<void> {
    await run(join(this.binaries, 'bin', program), args, { ...this.account, cwd: this.home });
  }
}

/** Whether another process, which starts now as we do, makes a cluster there. */
function isBeingMade(name: string): boolean {
  const pid = Number(/^cluster\.(\d+)/.exec(name)?.[1] ?? process.pid);
  return pid !== process.pid && isRunning(pid);
}

/**
 * The port of the server that runs on a data folder, or ran there and was killed: what its `postmaster.pid` says. Undefined where there
 * is none. Makes and starts nothing.
 */
export function portOfServer(dataDir: string): number | undefined {
  const home = homeMade(join(dataDir, 'postgres'));
  const file = home && join(home, 'cluster', 'postmaster.pid');
  return file && existsSync(file) ? portIn(file) : undefined;
}

/** Line 4 is the port (PostgreSQL source, `miscadmin.h`, LOCK_FILE_LINE_PORT). */
const portIn = (pidFile: string): number => Number(readFileSync(pidFile, 'utf8').split('\n')[3]);

const elsewhere = (home: string) => join('/var/lib/tallygate', createHash('sha256').update(home).digest('hex').slice(0, 12));

/** Where the cluster is, in the data folder or elsewhere; undefined before it is made. */
const homeMade = (wanted: string): string | undefined =>
  [wanted, elsewhere(wanted)].find((home) => existsSync(join(home, 'cluster', 'PG_VERSION')));

/** Linux tells; elsewhere a process table entry means a living process. */
function isZombie(pid: string): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && readFileSync(file, 'utf8').includes(') Z ');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Whether a folder is empty, or holds what only Tallygate makes. Nobody's `/srv` is closed that was named by mistake. */
function isOurs(folder: string): boolean {
  const names = readdirSync(folder);
  return names.length === 0 || ['secret-key', 'postgres', 'clickhouse'].some((name) => names.includes(name));
}
