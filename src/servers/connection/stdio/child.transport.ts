import { deserializeMessage, type JSONRPCMessage, type RequestId, type Transport } from '@modelcontextprotocol/client';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { BoundedLines, type DroppedLine } from '../../../common/lines/bounded-lines.js';
import { endedWithin } from '../../../common/concurrency/deadline.js';
import { tooLargeAnswer } from '../unusable-answer.js';
import type { UnaskedPace } from '../unasked-pace.js';
import { LastWords } from './last-words.js';
import type { ProcessSlots } from './process-slots.js';

/** How long a child may take to end by itself when its input ends, and then after SIGTERM. */
const END_OF_INPUT_MS = 1_000;
const TERMINATE_MS = 1_000;

export interface ChildOptions {
  command: string;
  args: readonly string[];
  /** All of the child's environment beside PATH. */
  env: Readonly<Record<string, string>>;
  maxAnswerBytes: number;
  slots: ProcessSlots;
  pace: UnaskedPace;
  /** Called with what the child writes to stderr, and with lines on stdout that are no MCP. */
  onNoise: (text: string) => void;
}

/**
 * MCP over a child process. Unlike the SDK's transport, the child sees no environment but its own, leads a process group
 * that is ended as a whole, and a line that is too long fails the one call it answers.
 */
export class ChildTransport implements Transport {
  /** The SDK recognises a child process by this and `pid`; it takes one that is silent at first for one of an older revision. */
  readonly stderr = null;
  onmessage?: (message: JSONRPCMessage) => void;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  private child: ChildProcess | undefined;
  private ending: Promise<void> | undefined;
  private readonly words = new LastWords();
  private exitWords: string | undefined;
  /** Until all that the child has written is read, or nobody reads it any more. */
  private reading: Promise<unknown> = Promise.resolve();
  /** Requests that have no answer yet. */
  private readonly running = new Set<RequestId>();

  constructor(private readonly options: ChildOptions) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** How it ended, unless we ended it; waits for as long as `ms` for a process that seems to be about to. */
  async exit(ms: number): Promise<string | undefined> {
    const { child } = this;
    if (child && this.ending === undefined)
      await endedWithin(
        once(child, 'close').then(() => this.reading),
        ms,
      );
    return this.exitWords;
  }

  /** The last it has written beside its answers; see `LastWords`. */
  lastWords(mask: (text: string) => string): string {
    return this.words.text(mask);
  }

  /** @throws UpstreamFailure when there are too many children; Error when the program cannot be started. */
  async start(): Promise<void> {
    const { command, args, env, slots } = this.options;
    slots.take();
    const child = spawn(command, [...args], {
      env: { PATH: slots.path, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.child = child;
    // What it started may hold its output open; `close` comes only when nobody does.
    child.once('exit', (code, signal) => {
      if (this.ending === undefined) this.exitWords = signal ?? `exit code ${code}`;
      if (child.pid) slots.signal(child.pid, 'SIGKILL');
    });
    this.reading = this.listen(child);
    child.once('close', () => void this.reading.then(() => this.handleEnd()));
    await once(child, 'spawn');
    slots.started(child.pid!);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const input = this.child?.stdin;
    if ('method' in message && 'id' in message) this.running.add(message.id);
    if ('method' in message && message.method === 'notifications/cancelled')
      this.running.delete(message.params?.['requestId'] as RequestId);
    if (!input?.writable) throw new Error('its process has ended');
    if (!input.write(`${JSON.stringify(message)}\n`)) await Promise.race([once(input, 'drain'), once(input, 'close')]);
  }

  /** Resolves when the process and all it started are gone. */
  close(): Promise<void> {
    this.ending ??= this.end();
    return this.ending;
  }

  /** Resolves when its output has ended. */
  private listen(child: ChildProcess): Promise<unknown> {
    child.on('error', (error) => this.onerror?.(error));
    child.stdin!.on('error', (error) => this.onerror?.(error));
    return Promise.allSettled([this.readMessages(child.stdout!), this.readNoise(child.stderr!)]);
  }

  private async readMessages(output: AsyncIterable<Buffer>): Promise<void> {
    const lines = new BoundedLines(this.options.maxAnswerBytes);
    for await (const chunk of output)
      for (const line of lines.push(chunk))
        if (!this.receive(line)) await this.options.pace.take(typeof line === 'string' ? line.length : 0);
  }

  private async readNoise(output: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of output) {
      this.hear(chunk.toString('utf8'));
      await this.options.pace.take(chunk.length);
    }
  }

  /** Returns whether it is an answer to a request that waits for one. */
  private receive(line: string | DroppedLine): boolean {
    if (line === '') return false;
    if (typeof line !== 'string') return this.failCallOf(line);
    try {
      const message = deserializeMessage(line);
      const isAnswer = !('method' in message) && this.running.delete(message.id!);
      this.onmessage?.(message);
      return isAnswer;
    } catch {
      this.hear(`not MCP: ${line.slice(0, 200)}\n`);
      return false;
    }
  }

  /** When it is not known which call the line answers, that call times out. */
  private failCallOf(line: DroppedLine): boolean {
    const answer = tooLargeAnswer(line);
    if (answer) this.onmessage?.(answer);
    else this.hear('a message that is too large was dropped\n');
    return answer !== undefined && 'id' in answer && this.running.delete(answer.id!);
  }

  private hear(text: string): void {
    this.words.hear(text);
    this.options.onNoise(text);
  }

  private async end(): Promise<void> {
    const { child } = this;
    if (!child?.pid) return this.handleEnd();
    const exited = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit');
    child.stdin!.end();
    if (!(await endedWithin(exited, END_OF_INPUT_MS))) {
      this.options.slots.signal(child.pid, 'SIGTERM');
      await endedWithin(exited, TERMINATE_MS);
    }
    this.options.slots.signal(child.pid, 'SIGKILL');
    await exited;
    child.stdout!.destroy();
    child.stderr!.destroy();
    this.handleEnd();
  }

  /** The process is gone; what it started may not be. */
  private handleEnd(): void {
    const { child } = this;
    if (!child) return;
    this.child = undefined;
    this.options.slots.release(child.pid);
    this.onclose?.();
  }
}
