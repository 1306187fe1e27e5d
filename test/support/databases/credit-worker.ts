import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface CreditWork {
  url: string;
  accountIds: number[];
  prices: number[];
  /** Null: until `finish`. */
  calls: number | null;
  concurrency: number;
  leaseSeconds: number;
}

/** A process that makes calls (`credit-worker-process.mjs`), and what it has said so far. */
export class CreditWorker {
  /** What each answered call was charged, by event id. */
  readonly answered = new Map<string, number>();
  /** Prices of refused calls. */
  readonly refused: number[] = [];
  readonly failed: string[] = [];
  private readonly child: ChildProcess;
  private readonly ready: Promise<void>;
  private readonly ended: Promise<unknown>;
  private setReady!: () => void;
  private errors = '';

  private constructor(work: CreditWork) {
    this.child = spawn(
      process.execPath,
      [join('test', 'support', 'databases', 'credit-worker-process.mjs'), JSON.stringify(work)],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    this.child.stderr!.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    createInterface(this.child.stdout!).on('line', (line) => this.hear(line.split(' ')));
    this.ended = once(this.child, 'close');
    this.ready = new Promise((resolve) => (this.setReady = resolve));
  }

  /** All begin at the same moment, connected. */
  static async start(count: number, work: CreditWork): Promise<CreditWorker[]> {
    const workers = Array.from({ length: count }, () => new CreditWorker(work));
    for (const worker of workers) await Promise.race([worker.ready, worker.finished()]);
    for (const worker of workers) worker.child.stdin!.write('go\n');
    return workers;
  }

  /** Resolves when it has made all its calls. @throws Error with what it said when it ends otherwise. */
  async finished(): Promise<void> {
    await this.ended;
    if (this.child.exitCode !== 0) throw new Error(`The worker ended with ${this.child.exitCode}:\n${this.errors}`);
  }

  /** Lets it end its calls under way. */
  async finish(): Promise<void> {
    this.child.stdin!.end();
    await this.finished();
  }

  /** `kill -9`. Resolves when it is gone and everything it said is heard. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private hear([what, first, second]: string[]): void {
    if (what === 'ready') this.setReady();
    if (what === 'answered') this.answered.set(first!, Number(second));
    if (what === 'refused') this.refused.push(Number(first));
    if (what === 'failed') this.failed.push(first!);
  }
}
