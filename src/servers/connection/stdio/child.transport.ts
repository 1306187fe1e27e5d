import { deserializeMessage, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { BoundedLines } from './bounded-lines.js';
import type { ProcessSlots } from './process-slots.js';
import { tooLargeAnswer } from './too-large-answer.js';

/** How long a child may take to end by itself when its input ends, and then after SIGTERM. */
const END_OF_INPUT_MS = 1_000;
const TERMINATE_MS = 1_000;

export interface StdioChildOptions {
  command: string;
  args: readonly string[];
  /** All of the child's environment beside PATH. */
  env: Readonly<Record<string, string>>;
  maxAnswerBytes: number;
  slots: ProcessSlots;
  /** What the child writes to stderr, and lines on stdout that are no MCP. */
  onNoise: (text: string) => void;
}

/**
 * MCP over a child process. Unlike the SDK's transport, the child sees no environment but its own, leads a process group
 * that is ended as a whole, and a line that is too long fails the one call it answers.
 */
export class StdioChildTransport implements Transport {
  /** By this and `pid` the SDK knows that a server which is silent at first may be one of an older revision. */
  readonly stderr = null;
  onmessage?: (message: JSONRPCMessage) => void;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  private child: ChildProcess | undefined;
  private ending: Promise<void> | undefined;

  constructor(private readonly options: StdioChildOptions) {}

  get pid(): number | undefined {
    return this.child?.pid;
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
    child.once('exit', () => child.pid && slots.signal(child.pid, 'SIGKILL'));
    child.once('close', () => this.ended());
    this.listen(child);
    await once(child, 'spawn');
    slots.started(child.pid!);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const input = this.child?.stdin;
    if (!input?.writable) throw new Error('its process has ended');
    if (!input.write(`${JSON.stringify(message)}\n`)) await Promise.race([once(input, 'drain'), once(input, 'close')]);
  }

  /** Resolves when the process and all it started are gone. */
  close(): Promise<void> {
    this.ending ??= this.end();
    return this.ending;
  }

  private listen(child: ChildProcess): void {
    const lines = new BoundedLines(this.options.maxAnswerBytes, {
      onLine: (line) => this.read(line),
      onTooLong: (head, tail) => this.fail(tooLargeAnswer(head, tail)),
    });
    child.stdout!.on('data', (chunk: Buffer) => lines.push(chunk));
    child.stderr!.on('data', (chunk: Buffer) => this.options.onNoise(chunk.toString('utf8')));
    child.on('error', (error) => this.onerror?.(error));
    child.stdin!.on('error', (error) => this.onerror?.(error));
  }

  private read(line: string): void {
    if (line === '') return;
    try {
      this.onmessage?.(deserializeMessage(line));
    } catch {
      this.options.onNoise(`not MCP: ${line.slice(0, 200)}`);
    }
  }

  private fail(message: JSONRPCMessage | undefined): void {
    if (message) this.onmessage?.(message);
    else this.options.onNoise('a message that is too large was dropped');
  }

  private async end(): Promise<void> {
    const { child } = this;
    if (!child?.pid) return this.ended();
    const exited = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit');
    child.stdin!.end();
    if (!(await within(END_OF_INPUT_MS, exited))) {
      this.options.slots.signal(child.pid, 'SIGTERM');
      await within(TERMINATE_MS, exited);
    }
    this.options.slots.signal(child.pid, 'SIGKILL');
    await exited;
    child.stdout!.destroy();
    child.stderr!.destroy();
    this.ended();
  }

  /** The process is gone; what it started may not be. */
  private ended(): void {
    const { child } = this;
    if (!child) return;
    this.child = undefined;
    this.options.slots.release(child.pid);
    this.onclose?.();
  }
}

async function within(ms: number, done: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  return Promise.race([done.then(() => true), late]).finally(() => clearTimeout(timer));
}
