import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import pg from 'pg';
import { postgresAccount } from '../../../src/database/postgres-account.js';
import { eventually } from '../eventually.js';
import { freePort } from '../gateway/free-port.js';

/** Whether this machine has the program; tests that need it are skipped, and say so. */
export function hasPgBouncer(): boolean {
  const found = spawnSync('pgbouncer', ['--version']).status === 0;
  if (!found) process.stderr.write('SKIPPED: tests with PgBouncer; install pgbouncer to run them.\n');
  return found;
}

/** A real PgBouncer in front of a database, on a port of its own. */
export class PgBouncer {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(target: string, mode: 'session' | 'transaction' | 'statement'): Promise<PgBouncer> {
    const [folder, port, url] = [mkdtempSync(join(tmpdir(), 'pgbouncer-')), await freePort(), new URL(target)];
    const config = join(folder, 'pgbouncer.ini');
    writeFileSync(join(folder, 'users.txt'), `"${url.username}" "${url.password}"\n`);
    writeFileSync(config, settings(folder, port, url, mode));
    const account = postgresAccount();
    for (const path of account ? [folder, config, join(folder, 'users.txt')] : []) chownSync(path, account!.uid, account!.gid);
    const child = spawn('pgbouncer', ['-q', config], { ...account, stdio: 'ignore' });
    url.port = String(port);
    const bouncer = new PgBouncer(url.href, folder, child);
    await eventually(() => bouncer.answers());
    return bouncer;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    await client.end();
  }
}

const settings = (folder: string, port: number, { hostname, port: target, pathname }: URL, mode: string) => `[databases]
${pathname.slice(1)} = host=${hostname} port=${target}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
pool_mode = ${mode}
default_pool_size = 30
`;
