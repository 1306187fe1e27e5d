import { McpServer as LegacyServer, ResourceTemplate as LegacyTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { json, text } from 'node:stream/consumers';
import { z } from 'zod';

const NOTE = 'note://today';
export const SIGN_IN = 'sign-in-1';
const question = {
  message: 'Your name?',
  requestedSchema: { type: 'object' as const, properties: { name: { type: 'string' as const } } },
};
const said = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** A real MCP server over HTTP that reports, asks, and offers resources and prompts: `greet`, `think`, `work`, `wait`. */
abstract class TalkingUpstream {
  /** Calls of `wait` that came, and those it was told to give up. */
  waiting = 0;
  cancelled = 0;
  /** Calls of `greet` that wait for the name. */
  asking = 0;
  /** The `_meta` of every call. */
  readonly metas: Record<string, unknown>[] = [];
  private http: Server | undefined;

  get url(): string {
    return `http://127.0.0.1:${(this.http!.address() as AddressInfo).port}/mcp`;
  }

  async start(): Promise<this> {
    this.http = createServer(this.listener()).listen(0, '127.0.0.1');
    await once(this.http, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.http?.closeAllConnections();
    await new Promise((resolve) => this.http!.close(resolve));
  }

  /** The note changes: whoever watches it is told. */
  abstract changeNote(): Promise<void>;

  protected abstract listener(): RequestListener;
}

/** Speaks 2025-11-25 with sessions: it asks over the open response. */
export class LegacyUpstream extends TalkingUpstream {
  private readonly sessions = new Map<string, { mcp: LegacyServer; transport: StreamableHTTPServerTransport }>();
  /** Addresses that are watched. */
  readonly watched = new Set<string>();
  /** Lets `guess` go on, which asks and does not wait for the answer. */
  readonly goOn = new EventEmitter();
  /** How often it was asked to watch one, or no longer to. */
  watchRequests = 0;
  /** The headers of the last request of each method. */
  readonly headersOf: Record<string, IncomingHttpHeaders> = {};

  async changeNote(): Promise<void> {
    if (this.watched.has(NOTE)) for (const { mcp } of this.sessions.values()) await mcp.server.sendResourceUpdated({ uri: NOTE });
  }

  /** Whoever was asked by `sign_in` has done it. */
  async signedIn(): Promise<void> {
    const params = { elicitationId: SIGN_IN };
    for (const { mcp } of this.sessions.values())
      await mcp.server.notification({ method: 'notifications/elicitation/complete', params });
  }

  protected listener(): RequestListener {
    return (request, response) => void this.serve(request, response);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = request.method === 'POST' ? ((await json(request)) as { method?: string }) : undefined;
    if (body?.method !== undefined) this.headersOf[body.method] = request.headers;
    if (body?.method === 'resources/subscribe' || body?.method === 'resources/unsubscribe') this.watchRequests += 1;
    const known = this.sessions.get(String(request.headers['mcp-session-id']));
    if (!known && body?.method !== 'initialize') return void response.writeHead(400).end('{}');
    await (known?.transport ?? (await this.newSession())).handleRequest(request, response, body);
  }

  private async newSession(): Promise<StreamableHTTPServerTransport> {
    const mcp = this.server();
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.sessions.set(id, { mcp, transport }),
    });
    await mcp.connect(transport as never);
    mcp.server.onclose = () => this.sessions.delete(String(transport.sessionId));
    return transport;
  }

  private server(): LegacyServer {
    const mcp = new LegacyServer(
      { name: 'legacy', version: '1' },
      { capabilities: { logging: {}, resources: { subscribe: true }, completions: {} } },
    );
    mcp.registerTool('greet', { description: 'Asks for a name.' }, async (extra) => {
      this.asking += 1;
      const asked = extra.sendRequest({ method: 'elicitation/create', params: question }, ElicitResultSchema);
      const { action, content } = await asked.finally(() => (this.asking -= 1));
      return said(action === 'accept' ? `Hello, ${String(content?.['name'])}` : `So you ${action}`);
    });
    mcp.registerTool('interview', { description: 'Asks twice.' }, async ({ sendRequest }) => {
      for (let n = 0; n < 2; n += 1) await sendRequest({ method: 'elicitation/create', params: question }, ElicitResultSchema);
      return said('Thank you');
    });
    mcp.registerTool('guess', { description: 'Asks for a name, and may do without.' }, async ({ sendRequest }) => {
      sendRequest({ method: 'elicitation/create', params: question }, ElicitResultSchema).catch(() => undefined);
      const [greeting = 'Hello, whoever'] = (await once(this.goOn, 'now')) as [string?];
      return said(greeting);
    });
    mcp.registerTool('sign_in', { description: 'Asks to open a page.' }, async (extra) => {
      const params = { mode: 'url' as const, message: 'Sign in', url: 'https://example.com/in', elicitationId: SIGN_IN };
      const { action } = await extra.sendRequest({ method: 'elicitation/create', params }, ElicitResultSchema);
      return said(action);
    });
    mcp.registerTool('think', { description: 'Has the model think.' }, async (extra) => {
      const params = { maxTokens: 5, messages: [{ role: 'user' as const, content: { type: 'text' as const, text: 'Think' } }] };
      const { content } = await extra.sendRequest({ method: 'sampling/createMessage', params }, CreateMessageResultSchema);
      return said(`Thought: ${'text' in content ? content.text : ''}`);
    });
    mcp.registerTool('work', { description: 'Reports.' }, async ({ _meta, sendNotification }) => {
      this.metas.push(_meta ?? {});
      await sendNotification({ method: 'notifications/message', params: { level: 'info', data: 'half' } });
      if (_meta?.progressToken !== undefined) {
        const params = { progressToken: _meta.progressToken, progress: 1, total: 2 };
        await sendNotification({ method: 'notifications/progress', params });
      }
      return said('done');
    });
    mcp.registerTool('wait', { description: 'Never answers.' }, async ({ signal }) => {
      this.waiting += 1;
      await once(signal, 'abort');
      this.cancelled += 1;
      return said('');
    });
    mcp.registerResource('note', NOTE, { mimeType: 'text/plain' }, () => ({ contents: [{ uri: NOTE, text: 'Buy milk' }] }));
    mcp.registerResource('day', new LegacyTemplate('note://{day}/all', { list: undefined }), {}, ({ href }, { day }) => ({
      contents: [{ uri: href, text: `of ${String(day)}` }],
    }));
    mcp.registerPrompt('plan', { argsSchema: { day: z.string() } }, ({ day }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Plan ${day}` } }],
    }));
    mcp.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => (this.watched.add(params.uri), {}));
    mcp.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => (this.watched.delete(params.uri), {}));
    return mcp;
  }
}

/** Speaks 2026-07-28 only: it asks between two rounds, and refuses `initialize`. */
export class ModernUpstream extends TalkingUpstream {
  /** `Mcp-Name` of the calls. */
  readonly names: string[] = [];
  /** Addresses in the streams it was asked for, each as often as it was named. */
  addresses: string[] = [];
  private readonly handler = createMcpHandler(() => this.server(), { legacy: 'reject' });

  async changeNote(): Promise<void> {
    this.handler.notify.resourceUpdated(NOTE);
  }

  override async stop(): Promise<void> {
    await this.handler.close();
    await super.stop();
  }

  protected listener(): RequestListener {
    return (request, response) => void this.serve(request, response);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers['mcp-name']) this.names.push(String(request.headers['mcp-name']));
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const body = request.method === 'POST' ? await text(request) : null;
    if (request.headers['mcp-method'] === 'subscriptions/listen') this.addresses.push(...addressesIn(body!));
    const headers = new Headers(request.headers as Record<string, string>);
    const answer = await this.handler.fetch(
      new Request(this.url, { method: request.method!, headers, body, signal: gone.signal }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body)
      Readable.fromWeb(answer.body as never)
        .on('error', () => response.destroy())
        .pipe(response);
    else response.end();
  }

  private server(): McpServer {
    const capabilities = { logging: {}, resources: { subscribe: true, listChanged: true } };
    const mcp = new McpServer({ name: 'modern', version: '1' }, { capabilities });
    mcp.registerTool('greet', { description: 'Asks for a name.' }, (({ mcpReq }: never) => {
      const { inputResponses } = mcpReq as { inputResponses?: Record<string, { action: string }> };
      const name = acceptedContent<{ name: string }>(inputResponses, 'who')?.name;
      if (name !== undefined) return said(`Hello, ${name}`);
      if (inputResponses?.['who']) return said(`So you ${inputResponses['who'].action}`);
      return inputRequired({ inputRequests: { who: inputRequired.elicit(question) }, requestState: 'asked-once' });
    }) as never);
    mcp.registerTool('work', { description: 'Reports.' }, async ({ mcpReq }) => {
      this.metas.push({ ...mcpReq._meta, ...(mcpReq as { envelope?: object }).envelope });
      await mcpReq.log('info', 'half');
      const { progressToken } = mcpReq._meta ?? {};
      if (progressToken !== undefined) {
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2 } });
      }
      return said('done');
    });
    mcp.registerTool('wait', { description: 'Never answers.' }, async ({ mcpReq }) => {
      this.waiting += 1;
      if (!mcpReq.signal.aborted) await once(mcpReq.signal, 'abort');
      this.cancelled += 1;
      return said('');
    });
    mcp.registerResource('note', NOTE, { mimeType: 'text/plain' }, () => ({ contents: [{ uri: NOTE, text: 'Buy milk' }] }));
    mcp.registerPrompt('plan', { argsSchema: z.object({ day: z.string() }) }, ({ day }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Plan ${day}` } }],
    }));
    return mcp;
  }
}

const addressesIn = (body: string): string[] =>
  (JSON.parse(body) as { params: { notifications: { resourceSubscriptions?: string[] } } }).params.notifications
    .resourceSubscriptions ?? [];
