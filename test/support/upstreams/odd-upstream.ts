import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';

/** What it was asked, as it came, and the way to answer. */
export interface Asked {
  method: string | undefined;
  /** Of JSON-RPC, as a text; undefined for a notification. */
  id: string | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  params: any;
  text: string;
  request: IncomingMessage;
  response: ServerResponse;
}

/** The text of a result, or what makes it. */
type Result = string | ((asked: Asked) => string);

const CAPABILITIES = { tools: {}, resources: {}, prompts: {}, completions: {} };
const serverInfo = { name: 'odd', version: '1' };
export const LOOK = { name: 'look', inputSchema: { type: 'object' } };
export const SEEN = '{"content":[{"type":"text","text":"seen"}]}';

const RESULTS = { 'tools/list': JSON.stringify({ tools: [LOOK] }), 'tools/call': SEEN, ping: '{}' };
const HANDSHAKE = {
  legacy: { initialize: JSON.stringify({ protocolVersion: '2025-06-18', capabilities: CAPABILITIES, serverInfo }) },
  modern: {
    'server/discover': JSON.stringify({ supportedVersions: ['2026-07-28'], capabilities: CAPABILITIES, serverInfo }),
  },
};

/** An MCP server over HTTP without a library, whose every step a test may bend. What it says is text, and goes out as it is. */
export class OddUpstream {
  readonly asked: Asked[] = [];
  /** By method. One without a result is answered that it is not found. */
  results: Record<string, Result>;
  /** Answers instead, where it returns true. */
  bend: (asked: Asked) => unknown = () => false;
  /** Puts a message on the wire. */
  send: (message: string, asked: Asked) => unknown = (message, asked) => answerWith(asked, message);
  private http: Server | undefined;

  constructor(era: 'legacy' | 'modern' = 'legacy') {
    this.results = { ...HANDSHAKE[era], ...RESULTS };
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http!.address() as AddressInfo).port}/mcp`;
  }

  /** How often it was asked so. */
  count(method: string): number {
    return this.asked.filter((one) => one.method === method).length;
  }

  /** The last time it was asked so. */
  last(method: string): Asked {
    return this.asked.findLast((one) => one.method === method)!;
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

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request);
    const { id, method, params } = (text === '' ? { method: request.method } : JSON.parse(text)) as Record<string, never>;
    const asked = { method, id: id === undefined ? undefined : String(id), params, text, request, response };
    this.asked.push(asked);
    if (await this.bend(asked)) return;
    if (request.method !== 'POST') return void response.writeHead(405).end();
    if (asked.id === undefined) return void response.writeHead(202).end();
    await this.send(messageOf(asked, this.results[method!]), asked);
  }
}

function messageOf(asked: Asked, result: Result | undefined): string {
  const said = typeof result === 'function' ? result(asked) : result;
  return said === undefined ? failure(asked, '{"code":-32601,"message":"Method not found"}') : success(asked, said);
}

/** A message of JSON-RPC with this result, or this error, as it is written. */
export const success = ({ id }: Asked, result: string) => `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
export const failure = ({ id }: Asked, error: string) => `{"jsonrpc":"2.0","id":${id},"error":${error}}`;

/** Answers over HTTP. */
export function answerWith(
  { response }: Asked,
  body: string | Buffer,
  headers: Record<string, string> = { 'content-type': 'application/json' },
  status = 200,
): true {
  response.writeHead(status, headers).end(body);
  return true;
}

/** Answers with a stream of events that comes in these parts, each sent by itself. */
export async function streamOf({ response }: Asked, parts: Iterable<string | Buffer>, ending: 'end' | 'destroy' = 'end') {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.socket?.setNoDelay(true);
  for (const part of parts) {
    await new Promise((resolve) => response.write(part, resolve));
    await new Promise(setImmediate);
  }
  response[ending]();
  return true;
}
