import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from '../eventually.js';
import { temporaryFolder } from '../temporary-folder.js';
import { freePort } from '../gateway/free-port.js';

/** Whether this machine has the program; tests that need it are skipped, and say so. */
export function hasRedis(): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0;
  if (!found) process.stderr.write('SKIPPED: tests with Redis; install redis-server to run them.\n');
  return found;
}

const PASSWORD = 'redis-password-of-the-test';

/** A real Redis on a port of its own, which keeps nothing. */
export class RedisServer {
  private constructor(
    readonly port: number,
    private child: ChildProcess,
  ) {}

  static async start(): Promise<RedisServer> {
    const port = await freePort();
    return new RedisServer(port, await launch(port));
  }

  get url(): string {
    return `redis://:${PASSWORD}@127.0.0.1:${this.port}`;
  }

  /** Ends it at once, with all it knew. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  /** On the same port, knowing nothing. */
  async restart(): Promise<void> {
    this.child = await launch(this.port);
  }

  /** From now on it is a replica of the other one, or a master. Its connections stay. */
  async follow(other: RedisServer | undefined): Promise<void> {
    await this.ask('REPLICAOF', ...(other ? ['127.0.0.1', String(other.port)] : ['NO', 'ONE']));
    if (other) await eventually(async () => expectLink(String(await this.ask('INFO', 'replication'))));
  }

  async ask(command: string, ...args: string[]): Promise<unknown> {
    const client = new Redis(this.url, { maxRetriesPerRequest: 0 });
    try {
      return await client.call(command, args);
    } finally {
      client.disconnect();
    }
  }

  /** Keeps its connections and answers nothing any more. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }
}

/** A replica takes what it is sent at once, and not by way of a file. */
const AT_ONCE = ['--repl-diskless-sync', 'yes', '--repl-diskless-sync-delay', '0', '--repl-diskless-load', 'swapdb'];

async function launch(port: number): Promise<ChildProcess> {
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--requirepass',
    PASSWORD,
    '--masterauth',
    PASSWORD,
    '--save',
    '',
    ...AT_ONCE,
    '--appendonly',
    'no',
  ];
  return begun(spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] }), 'Ready to accept connections');
}

async function begun(child: ChildProcess, words: string): Promise<ChildProcess> {
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(words)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}:\n${output}`)));
  });
  return child;
}

function expectLink(info: string): void {
  if (!info.includes('master_link_status:up')) throw new Error(info);
}

/** A real sentinel that watches one master by a name. */
export class RedisSentinel {
  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(master: RedisServer): Promise<RedisSentinel> {
    const [port, folder] = [await freePort(), temporaryFolder('sentinel')];
    const conf = join(folder, 'sentinel.conf');
    const watched = [
      `monitor limits 127.0.0.1 ${master.port} 1`,
      `auth-pass limits ${PASSWORD}`,
      'down-after-milliseconds limits 500',
      'failover-timeout limits 3000',
    ];
    writeFileSync(conf, [`port ${port}`, 'bind 127.0.0.1', ...watched.map((line) => `sentinel ${line}`)].join('\n'));
    const child = await begun(spawn('redis-server', [conf, '--sentinel'], { stdio: ['ignore', 'pipe', 'inherit'] }), '+monitor');
    return new RedisSentinel(port, folder, child);
  }

  /** Of whichever server is the master. */
  get url(): string {
    return `redis+sentinel://:${PASSWORD}@127.0.0.1:${this.port}/limits`;
  }

  /** Whether it has somebody to promote. */
  async knowsReplica(): Promise<boolean> {
    const client = new Redis(this.port, '127.0.0.1', { maxRetriesPerRequest: 0 });
    try {
      return ((await client.call('SENTINEL', 'REPLICAS', 'limits')) as unknown[]).length > 0;
    } finally {
      client.disconnect();
    }
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
