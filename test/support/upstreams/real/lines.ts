import { EventSourceParserStream } from 'eventsource-parser/stream';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What carries messages to a server and back. */
export interface Line {
  /** Resolves when the message has been taken. @param headers Of this message, where it goes over HTTP */
  send(text: string, headers: Record<string, string>): Promise<unknown>;
  /** Hears what the server says beside its answers, where that needs a stream of its own. */
  listen?(): void;
  close(): Promise<void>;
}

/** @param take Called with each message that comes in */
export type OpenLine = (take: (text: string) => void) => Line;

export interface Program {
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** A program that is spoken to over stdio, started as the gateway starts one. */
export function overStdio({ command, args, env }: Program): OpenLine {
  return (take) => {
    const child = spawn(command, [...args], { env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
    createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('{') && take(line));
    child.stdin.on('error', () => undefined); // it ended; the request that waits says so
    return {
      send: (text) => Promise.resolve(child.stdin.write(`${text}\n`)),
      close: async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      },
    };
  };
}

/** A server over streamable HTTP. @param headers Of every request */
export function overHttp(url: string, headers: Record<string, string> = {}): OpenLine {
  return (take) => new HttpLine(url, headers, take);
}

class HttpLine implements Line {
  private readonly gone = new AbortController();
  private session: Record<string, string> = {};

  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
    private readonly take: (text: string) => void,
  ) {}

  async send(text: string, headers: Record<string, string>): Promise<void> {
    const response = await this.fetch('POST', { ...headers, 'content-type': 'application/json' }, text);
    this.read(response).catch(() => undefined); // closed; else the request that waits says so
  }

  listen(): void {
    this.fetch('GET', {})
      .then((response) => (response.ok ? this.read(response) : undefined))
      .catch(() => undefined);
  }

  async close(): Promise<void> {
    if (this.session['mcp-session-id']) await this.fetch('DELETE', {}).catch(() => undefined);
    this.gone.abort();
  }

  private async fetch(method: string, headers: Record<string, string>, body?: string): Promise<Response> {
    const accept = method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream';
    const { signal } = this.gone;
    const all = { accept, ...this.headers, ...this.session, ...headers };
    const response = await fetch(this.url, { method, headers: all, signal, ...(body !== undefined && { body }) });
    const id = response.headers.get('mcp-session-id');
    if (id && response.ok) this.session = { 'mcp-session-id': id };
    return response;
  }

  private async read(response: Response): Promise<void> {
    if (!response.headers.get('content-type')?.includes('text/event-stream')) {
      const text = await response.text();
      if (text.startsWith('{')) this.take(text);
      return;
    }
    const events = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const { data } of events) if (data.startsWith('{')) this.take(data);
  }
}
