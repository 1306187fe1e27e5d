import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from '../support/gateway/free-port.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import type { Part } from './supervised.js';
import type { Ways } from './ways.js';

const CLOCK = pathToFileURL(resolve('test', 'faults', 'stepped-clock.mjs')).href;
const FRONT = join('test', 'support', 'databases', 'clickhouse-front.mjs');
/** Until the faults of the harness are called off: more statements than there will be. */
const UNTIL_CALLED_OFF = 1e9;

export type ClickHouseFault = 'none' | 'refuse' | 'hang' | 'error' | 'internal-error' | 'timeout-after-commit' | 'late';

/** The ClickHouse front on a port and a folder that stay. */
export class ClickHousePart implements Part {
  url = '';
  private child: ChildProcess | undefined;

  constructor(private readonly folder: string) {}

  isAlive(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  async start(): Promise<void> {
    const port = this.url ? new URL(this.url).port : String(await freePort());
    this.child = spawn(process.execPath, [FRONT, port, this.folder], { stdio: ['pipe', 'pipe', 'ignore'] });
    await Promise.race([
      once(this.child.stdout!, 'data'),
      once(this.child, 'exit').then(() => Promise.reject(new Error('ended'))),
    ]);
    this.url = `http://127.0.0.1:${port}`;
  }

  kill(): void {
    this.child?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    if (!this.isAlive()) return;
    const exited = once(this.child!, 'exit');
    this.child!.stdin!.end();
    await exited;
  }

  /** As a snapshot of its disk would be: what it has at one moment. */
  async copyTo(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
    this.child?.kill('SIGSTOP');
    await cp(this.folder, folder, { recursive: true, verbatimSymlinks: true }).finally(() => this.child?.kill('SIGCONT'));
  }

  /** Kills it, and leaves it down with what the copy has. */
  async restoreFrom(folder: string): Promise<void> {
    const exited = this.isAlive() && once(this.child!, 'exit');
    this.kill();
    await exited;
    await rm(this.folder, { recursive: true, force: true });
    await cp(folder, this.folder, { recursive: true, verbatimSymlinks: true });
  }

  async arm(mode: ClickHouseFault, count = UNTIL_CALLED_OFF): Promise<void> {
    await fetch(`${this.url}/fault`, { method: 'POST', body: JSON.stringify({ mode, count }) });
  }

  async query<Row>(sql: string): Promise<Row[]> {
    const settings = 'SETTINGS output_format_json_quote_64bit_integers = 0';
    const response = await fetch(this.url, { method: 'POST', body: `${sql} ${settings} FORMAT JSONEachRow` });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row);
  }

  async command(sql: string): Promise<void> {
    const response = await fetch(this.url, { method: 'POST', body: sql });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
  }
}

/** Far longer than a start takes while something of what it needs is away. */
const START_MAX_MS = 90_000;

/** A gateway with ways to PostgreSQL and a clock of its own. */
export class GatewayPart implements Part {
  /** How long it took the last time to get ready, if it ever did. */
  startMs = 0;
  private process: GatewayProcess | undefined;
  private starting: ChildProcess | undefined;
  private databaseUrl = '';

  constructor(
    private readonly folder: string,
    readonly ways: Ways,
    private readonly env: Record<string, string>,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  /** Undefined while it is down. */
  get running(): GatewayProcess | undefined {
    return this.isAlive() ? this.process : undefined;
  }

  isAlive(): boolean {
    return this.process !== undefined && this.process.child.exitCode === null && this.process.child.signalCode === null;
  }

  async start(): Promise<void> {
    this.keepOutput();
    this.databaseUrl ||= await this.ways.start();
    const started = performance.now();
    try {
      this.process = await this.startProcess();
      this.startMs = performance.now() - started;
    } catch (error) {
      appendFileSync(`${this.folder}.log`, `${(error as Error).message}\n`);
      throw error;
    } finally {
      this.starting = undefined;
    }
  }

  /** Ends it on its way to be ready. Whether it was on its way. */
  endStart(signal: 'SIGKILL' | 'SIGTERM'): boolean {
    return this.starting?.kill(signal) ?? false;
  }

  signal(signal: NodeJS.Signals): void {
    this.running?.child.kill(signal);
  }

  /** Puts its wall clock so many milliseconds off the machine's, also for its next start. */
  setClock(offMs: number): void {
    writeFileSync(this.clockFile, String(offMs));
    this.signal('SIGUSR2');
  }

  async stop(): Promise<void> {
    this.signal('SIGCONT');
    await this.running?.end();
    this.keepOutput();
    if (this.databaseUrl) await this.ways.stop();
  }

  private startProcess(): Promise<GatewayProcess> {
    return GatewayProcess.start({
      dataDir: this.folder,
      env: {
        ...this.env,
        GATEWAY_DATABASE_URL: this.databaseUrl,
        NODE_OPTIONS: `--import=${CLOCK}`,
        FAULTS_CLOCK_FILE: this.clockFile,
      },
      onSpawn: (child) => this.limitStart(child),
    });
  }

  /** As an init system does: a start that hangs is ended, and another one tried. Its output is thrown with the failure, and kept. */
  private limitStart(child: ChildProcess): void {
    this.starting = child;
    const timer = setTimeout(() => this.starting === child && child.kill('SIGKILL'), START_MAX_MS).unref();
    child.once('exit', () => clearTimeout(timer));
  }

  private keepOutput(): void {
    if (this.process) appendFileSync(`${this.folder}.log`, this.process.output);
    this.process = undefined;
  }

  private get clockFile(): string {
    return join(this.folder, 'clock');
  }
}
