import { randomUUID } from 'node:crypto';

/** One way to call a tool; resolves with the answer's HTTP status, or throws when the call failed in another way. */
export type Call = (requestId: string) => Promise<number>;

/** Calls again and again until it is told to stop, and remembers by request id how each of them ended. */
export class CallLoad {
  /** Of every call that was answered with 200. */
  readonly answered = new Set<string>();
  /** What became of the others: when, and a status or the words of an error. */
  readonly failures: string[] = [];
  private isOver = false;
  private readonly loops: Promise<void>[];

  /** Each call in a loop of its own, so that as many are in flight at once. */
  constructor(calls: Call[]) {
    this.loops = calls.map((call) => this.repeat(call));
  }

  /** Resolves when the calls in flight have ended. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.loops);
  }

  private async repeat(call: Call): Promise<void> {
    while (!this.isOver) {
      const id = randomUUID();
      const ending = await call(id).catch((error: Error) => String(error.cause ?? error));
      if (ending === 200) this.answered.add(id);
      else this.failures.push(`${new Date().toISOString()} ${ending}`);
    }
  }
}
