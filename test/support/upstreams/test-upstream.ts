import { Server as McpServer } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { TlsOptions } from 'node:tls';

type Tool = {
  name: string;
  description: string;
  inputSchema: { type: 'object' };
  annotations?: object;
  [field: string]: unknown;
};

interface Body {
  method?: string;
  id?: number;
  params?: { _meta?: Record<string, unknown> };
}

const inputSchema = { type: 'object' as const };

/** How it treats `tools/call`: answers, or fails in one of these ways. */
export type Behaviour = 'answer' | 'hang' | 'garbage' | 'html' | 'huge' | 'huge-stream' | 'reset' | 'break-stream' | 'error-500';

/** A real MCP server over streamable HTTP, with sessions, that needs an API key and can misbehave. */
export class TestUpstream {
  behaviour: Behaviour = 'answer';
  delayMs = 0;
  /** What its tools do before they answer. */
  work: (args: Record<string, unknown>) => Promise<void> = async () => undefined;
  /** Tool calls it was asked. */
  calls = 0;
  /** The headers and the `_meta` of each call. */
  readonly received: { headers: IncomingHttpHeaders; meta: Record<string, unknown> }[] = [];
  /** Calls it was told to give up. */
  cancelled = 0;
  sessions = 0;
  tools: Tool[] = [
    { name: 'look', description: 'Reads.', inputSchema, annotations: { readOnlyHint: true } },
    { name: 'act', description: 'Changes something.', inputSchema },
  ];
  private readonly open = new Map<string, { mcp: McpServer; transport: StreamableHTTPServerTransport }>();
  private http: Server | undefined;
  private port = 0;

  /** @param tls its certificate and key: it speaks TLS alone. */
  constructor(
    readonly apiKey = 'upstream-secret-1',
    private readonly tls?: TlsOptions,
  ) {}

  get url(): string {
    return this.at('127.0.0.1');
  }

  /** Its URL by another name of this machine. */
  at(host: string): string {
    return `${this.tls ? 'https' : 'http'}://${host}:${this.port}/mcp`;
  }

  /** Starts, or starts again on the same port. */
  async start(): Promise<this> {
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.serve(request, response);
    this.http = this.tls ? createTlsServer(this.tls, serve) : createServer(serve);
    this.http.listen(this.port, '127.0.0.1');
    await once(this.http, 'listening');
    this.port = (this.http.address() as AddressInfo).port;
    return this;
  }

  /** Refuses connections from now on; what was open breaks. */
  async stop(): Promise<void> {
    this.forget();
    this.http?.closeAllConnections();
    await new Promise((resolve) => (this.http ? this.http.close(resolve) : resolve(undefined)));
  }

  /** Forgets every session, as a server does that was restarted. */
  forget(): void {
    for (const { mcp } of this.open.values()) void mcp.close();
    this.open.clear();
  }

  async announceTools(): Promise<void> {
    for (const { mcp } of this.open.values()) await mcp.sendToolListChanged();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Bearer ${this.apiKey}`) return void response.writeHead(401).end();
    const body = (request.method === 'POST' ? await json(request) : undefined) as Body | undefined;
    if (body?.method === 'tools/call') this.received.push({ headers: request.headers, meta: body.params?._meta ?? {} });
    if (body?.method === 'notifications/cancelled') this.cancelled += 1;
    if (body?.method === 'tools/call' && this.misbehaves(request, response, body.id!)) return;
    const session = this.sessionOf(request, body?.method);
    if (!session) return void response.writeHead(404).end('{"error":"no such session"}');
    await (await session).handleRequest(request, response, body);
  }

  private sessionOf({ headers }: IncomingMessage, method?: string) {
    const known = this.open.get(String(headers['mcp-session-id']));
    if (known) return known.transport;
    return method === 'initialize' ? this.newSession() : undefined;
  }

  private async newSession(): Promise<StreamableHTTPServerTransport> {
    this.sessions += 1;
    const mcp = new McpServer({ name: 'test', version: '1' }, { capabilities: { tools: { listChanged: true } } });
    mcp.setRequestHandler(ListToolsRequestSchema, () => ({ tools: this.tools }));
    mcp.setRequestHandler(CallToolRequestSchema, ({ params }) => this.answer(params.name, params.arguments));
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.open.set(id, { mcp, transport }),
    });
    await mcp.connect(transport as never);
    return transport;
  }

  private async answer(name: string, args: Record<string, unknown> = {}) {
    this.calls += 1;
    await this.work(args);
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    if (!this.tools.some((tool) => tool.name === name)) return { content: [], isError: true };
    const structuredContent = { rows: [1, 2, 3] };
    return {
      content: [{ type: 'text', text: `from ${this.port}` }],
      structuredContent,
      _meta: { 'tallygate/replayed': true, 'test/port': this.port },
    };
  }

  private misbehaves(request: IncomingMessage, response: ServerResponse, id: number): boolean {
    const { behaviour } = this;
    if (behaviour === 'answer') return false;
    this.calls += 1;
    const huge = JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'x'.repeat(10_000_000) }] } });
    const asJson = (text: string) => void response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    const asStream = () => response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (behaviour === 'garbage') asJson('{"jsonrpc": oops');
    if (behaviour === 'html') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    if (behaviour === 'huge') asJson(huge);
    if (behaviour === 'huge-stream') asStream().end(`event: message\ndata: ${huge}\n\n`);
    if (behaviour === 'reset') request.socket.destroy();
    if (behaviour === 'break-stream') asStream().write('event: message\n', () => request.socket.destroy());
    if (behaviour === 'error-500') response.writeHead(500).end('stack trace');
    return true;
  }
}
