import { Server as McpServer } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { CallToolRequestSchema, ElicitResultSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const inputSchema = { type: 'object' as const };
const question = {
  message: 'Your name?',
  requestedSchema: { type: 'object' as const, properties: { name: { type: 'string' as const } } },
};

/**
 * A real MCP server over HTTP+SSE, that of the official SDK: `echo` repeats a text, `wait` answers when it is told to, `greet` asks
 * for a name, `huge` answers with ten million characters.
 */
export class SseUpstream {
  /** Streams that were opened, and the headers of each call. */
  streams = 0;
  readonly received: IncomingHttpHeaders[] = [];
  /** Calls of `wait` that came, and those it was told to give up. */
  waiting = 0;
  cancelled = 0;
  /** Accepts messages, and says nothing any more on the streams it has. */
  isMute = false;
  /** What it names as its endpoint instead of its own. */
  endpoint: string | undefined;
  /** Lets calls of `wait` answer. */
  answer: () => void = () => undefined;
  private readonly answered = new Promise<void>((resolve) => (this.answer = resolve));
  private readonly open = new Map<string, { mcp: McpServer; transport: SSEServerTransport }>();
  private http: Server | undefined;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}/sse`;
  }

  async start(): Promise<this> {
    this.http = createServer((request, response) => void this.serve(request, response)).listen(this.port, '127.0.0.1');
    await once(this.http, 'listening');
    this.port = (this.http.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    this.http?.closeAllConnections();
    await new Promise((resolve) => this.http!.close(resolve));
  }

  /** Forgets every session and leaves its stream open, as a server behind a proxy does that was restarted. */
  forget(): void {
    this.open.clear();
  }

  /** Ends every stream. */
  hangUp(): void {
    this.http?.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url);
    if (request.method === 'GET' && url.pathname === '/moved') return void response.writeHead(307, { location: '/sse' }).end();
    if (request.method === 'GET') return this.openStream(response);
    const session = this.open.get(url.searchParams.get('sessionId')!);
    if (!session) return void response.writeHead(404).end('Could not find session');
    if (this.isMute) return void response.writeHead(202).end('Accepted');
    this.received.push(request.headers);
    await session.transport.handlePostMessage(request, response);
  }

  private async openStream(response: ServerResponse): Promise<void> {
    this.streams += 1;
    this.isMute = false;
    if (this.endpoint !== undefined) {
      return void response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write(`event: endpoint\ndata: ${this.endpoint}\n\n`);
    }
    const transport = new SSEServerTransport('/messages', response);
    const mcp = this.server();
    this.open.set(transport.sessionId, { mcp, transport });
    await mcp.connect(transport);
  }

  private server(): McpServer {
    const mcp = new McpServer({ name: 'sse', version: '1' }, { capabilities: { tools: {}, logging: {} } });
    const tools = ['echo', 'wait', 'greet', 'huge'].map((name) => ({ name, description: '', inputSchema }));
    mcp.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
    mcp.setRequestHandler(
      CallToolRequestSchema,
      async ({ params: { name, arguments: args = {}, _meta } }, { signal, sendNotification }) => {
        if (_meta?.progressToken !== undefined) {
          const params = { progressToken: _meta.progressToken, progress: 1, total: 2 };
          await sendNotification({ method: 'notifications/progress', params });
        }
        return { content: [{ type: 'text', text: await this.textOf(name, args, mcp, signal) }] };
      },
    );
    return mcp;
  }

  private async textOf(name: string, args: Record<string, unknown>, mcp: McpServer, signal: AbortSignal): Promise<string> {
    if (name === 'huge') return 'x'.repeat(10_000_000);
    if (name === 'greet') {
      const { action, content } = await mcp.request({ method: 'elicitation/create', params: question }, ElicitResultSchema);
      return action === 'accept' ? `Hello, ${String(content?.['name'])}` : `So you ${action}`;
    }
    if (name === 'wait') await this.wait(signal);
    return String(args['text']);
  }

  private async wait(signal: AbortSignal): Promise<void> {
    this.waiting += 1;
    await Promise.race([this.answered, once(signal, 'abort').then(() => (this.cancelled += 1))]);
  }
}
