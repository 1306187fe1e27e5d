import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { answerOf, type Asked } from './loud-answers.mjs';

/** An MCP server over HTTP (2025-11-25) that writes to its own stream what nobody asked for, as fast as it is read. */
export class LoudUpstream {
  /** Requests it was asked, by method; `GET` for its stream. */
  readonly asked: Record<string, number> = {};
  /** How many bytes of its stream were taken. */
  taken = 0;
  private http: Server | undefined;
  private readonly streams = new Set<ServerResponse>();

  get url(): string {
    return `http://127.0.0.1:${(this.http!.address() as AddressInfo).port}/mcp`;
  }

  async start(): Promise<this> {
    this.http = createServer((request, response) => void this.serve(request, response)).listen(0, '127.0.0.1');
    await once(this.http, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.http?.closeAllConnections();
    await new Promise((resolve) => this.http!.close(resolve));
  }

  /** Writes this again and again until the returned function is called. */
  flood(text: string): () => void {
    let isOver = false;
    const chunk = text.repeat(Math.ceil(65_536 / text.length));
    const write = (stream: ServerResponse) => {
      if (isOver || stream.destroyed) return;
      this.taken += chunk.length;
      if (stream.write(chunk)) setImmediate(write, stream);
      else stream.once('drain', () => write(stream));
    };
    for (const stream of this.streams) write(stream);
    return () => (isOver = true);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = request.method === 'POST' ? ((await json(request)) as Asked) : { method: request.method! };
    this.asked[asked.method] = (this.asked[asked.method] ?? 0) + 1;
    if (asked.method === 'GET') {
      this.streams.add(response.writeHead(200, { 'content-type': 'text/event-stream' }));
      return response.flushHeaders();
    }
    if (asked.id === undefined) return void response.writeHead(202).end();
    const headers = { 'content-type': 'application/json', 'mcp-session-id': 'loud' };
    response.writeHead(200, headers).end(JSON.stringify(answerOf(asked)));
  }
}
