import type { JSONRPCMessage, RequestId, Transport } from '@modelcontextprotocol/client';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { BoundedLines, type DroppedLine } from '../../../common/lines/bounded-lines.js';
import { endedWithin } from '../../../common/concurrency/deadline.js';
import { readable } from '../relay/handshake.js';
import { messageIn, messagesIn } from '../relay/incoming.js';
import { BrokenAnswer, ConnectionClosed } from '../relay/no-answer.js';
import { cancelledNotification, Relay, type OutgoingRequest, type Wire } from '../relay/relay.js';
import type { Message } from '../relay/incoming.js';
import type { UnaskedPace } from '../unasked-pace.js';
import { idOfLine, TOO_LARGE, unusableAnswer } from '../unusable-answer.js';
import { LastWords } from './last-words.js';
import type { ProcessSlots } from './process-slots.js';

/** How long a child may take to end by itself when its input ends, and then after SIGTERM. */
const END_OF_INPUT_MS = 1_000;
const TERMINATE_MS = 1_000;
/** How long the last that a process said, which ended by itself, may take to be read. */
const LAST_OUTPUT_MS = 500;

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
export class ChildTransport implements Transport, Wire {
  /** The SDK recognises a child process by this and `pid`; it takes one that is silent at first for one of an older revision. */
  readonly stderr = null;
  onmessage?: (message: JSONRPCMessage) => void;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  readonly relay = new Relay(this);
  private child: ChildProcess | undefined;
  private starting: Promise<void> | undefined;
  private ending: Promise<void> | undefined;
  /** We had it end: how it ended says nothing then. */
  private isEndedByUs = false;
  private readonly words = new LastWords();
  private exitWords: string | undefined;
  /** Until all that the child has written is read, or nobody reads it any more. */
  private reading: Promise<unknown> = Promise.resolve();
  /** Requests of the SDK's client that have no answer yet. */
  private readonly running = new Set<RequestId>();

  constructor(private readonly options: ChildOptions) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** How it ended, as far as that is known by now, unless we ended it. */
  get ended(): string | undefined {
    return this.exitWords;
  }

  /** How it ended, unless we ended it; waits for as long as `ms` for a process that seems to be about to. */
  async exit(ms: number): Promise<string | undefined> {
    const { child } = this;
    if (child && !this.isEndedByUs)
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
  start(): Promise<void> {
    this.starting ??= this.spawn();
    return this.starting;
  }

  private async spawn(): Promise<void> {
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
      if (!this.isEndedByUs) this.exitWords = signal ?? `exit code ${code}`;
      if (child.pid) slots.signal(child.pid, 'SIGKILL');
    });
    this.reading = this.listen(child);
    child.once('close', () => void this.reading.then(() => this.handleEnd()));
    await once(child, 'spawn');
    slots.started(child.pid!);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if ('method' in message && 'id' in message) this.running.add(message.id);
    if ('method' in message && message.method === 'notifications/cancelled')
      this.running.delete(message.params?.['requestId'] as RequestId);
    await this.write(JSON.stringify(message));
  }

  /** A line is a message: the line ends of a text, which are outside its strings, are spaces as well. */
  sendRequest({ text }: OutgoingRequest): Promise<void> {
    return this.write(text.replace(/[\r\n]/g, ' '));
  }

  cancelRequest(id: number): void {
    void this.send(cancelledNotification(id)).catch((error: Error) => this.onerror?.(error));
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

  private async write(line: string): Promise<void> {
    const input = this.child?.stdin;
    if (!input?.writable) throw new Error('its process has ended');
    if (!input.write(`${line}\n`)) await Promise.race([once(input, 'drain'), once(input, 'close')]);
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
    if (typeof line !== 'string') return this.failCallOf(line);
    if (line.trim() === '') return false;
    return line.startsWith('[') ? this.receiveBatch(line) : this.receiveText(line);
  }

  private receiveText(line: string): boolean {
    const message = messageIn(line);
    if (message) return this.receiveMessage(message, line);
    this.hear(`not MCP: ${line.slice(0, 200)}\n`);
    return false;
  }

  private receiveBatch(line: string): boolean {
    try {
      return messagesIn(line, '')
        .map((text) => this.receiveText(text))
        .includes(true);
    } catch (error) {
      this.hear(`not MCP: ${(error as Error).message}\n`);
      return false;
    }
  }

  private receiveMessage(message: Message, line: string): boolean {
    const taken = this.relay.take(message, line);
    if (taken) return taken === 'answer';
    const isAnswer = !('method' in message) && this.running.delete(message['id'] as RequestId);
    this.onmessage?.(readable(message));
    return isAnswer;
  }

  /** When it is not known which call the line answers, that call times out. */
  private failCallOf(line: DroppedLine): boolean {
    const id = idOfLine(line);
    if (id === undefined) this.hear('a message that is too large was dropped\n');
    else if (this.relay.fail(id, new BrokenAnswer(TOO_LARGE))) return true;
    else if (this.running.delete(id)) this.onmessage?.(unusableAnswer(id, TOO_LARGE));
    else return false;
    return id !== undefined;
  }

  private hear(text: string): void {
    this.words.hear(text);
    this.options.onNoise(text);
  }

  private async end(): Promise<void> {
    const { child } = this;
    if (!child?.pid) return this.handleEnd();
    const exited = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit');
    // One that does not listen any more ends by itself, and is closed here for that.
    this.isEndedByUs = child.stdin!.writable;
    child.stdin!.end();
    if (!(await endedWithin(exited, END_OF_INPUT_MS))) {
      this.isEndedByUs = true;
      this.options.slots.signal(child.pid, 'SIGTERM');
      await endedWithin(exited, TERMINATE_MS);
    }
    this.options.slots.signal(child.pid, 'SIGKILL');
    await exited;
    if (!this.isEndedByUs) await endedWithin(this.reading, LAST_OUTPUT_MS);
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
    this.relay.failAll(new ConnectionClosed());
    this.onclose?.();
  }
}
