import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  isInitializeRequest,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  ResultSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { json } from 'node:stream/consumers';
import type { CallClient, CallContext } from '../../src/tools/source/call-context.js';
import { ToolInputError } from '../../src/tools/source/tool-source.js';
import { answersOf, type Params } from './fixture-answers.js';
import { FixtureSource } from './fixture.source.js';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};

const ANSWERED = [
  ListToolsRequestSchema,
  CallToolRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
  ListPromptsRequestSchema,
  GetPromptRequestSchema,
  CompleteRequestSchema,
];

/** The fixture behind the official SDK's first line, with sessions: an upstream server of MCP 2025-11-25. */
export function legacyListener(): RequestListener {
  const source = new FixtureSource();
  const transports = new Map<string, StreamableHTTPServerTransport>();
  return (request, response) => {
    void (async () => {
      const body = request.method === 'POST' ? await json(request) : undefined;
      const known = transports.get(String(request.headers['mcp-session-id']));
      const transport = known ?? (isInitializeRequest(body) ? await open(source, transports) : undefined);
      if (transport) await transport.handleRequest(request, response, body);
      else response.writeHead(404).end('{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}');
    })();
  };
}

async function open(source: FixtureSource, transports: Map<string, StreamableHTTPServerTransport>) {
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void transports.set(id, transport),
  });
  await serverOf(source).connect(transport as never);
  return transport;
}

function serverOf(source: FixtureSource): Server {
  const server = new Server({ name: 'fixture', version: '1.0.0' }, { capabilities: CAPABILITIES });
  source.onChange(() => {
    void server.sendToolListChanged().catch(() => undefined);
    void server.sendPromptListChanged().catch(() => undefined);
  });
  const answers = answersOf(source);
  for (const schema of ANSWERED) {
    const answer = answers[schema.shape.method.value]!;
    server.setRequestHandler(
      schema,
      ({ params }: { params?: unknown }, extra) =>
        Promise.resolve(answer((params ?? {}) as Params, contextOf(server, extra))).catch(refusal) as never,
    );
  }
  for (const schema of [SetLevelRequestSchema, SubscribeRequestSchema, UnsubscribeRequestSchema]) {
    server.setRequestHandler(schema, () => ({}));
  }
  return server;
}

function refusal(error: unknown): object {
  if (!(error instanceof ToolInputError)) throw error;
  return { content: [{ type: 'text', text: error.message }], isError: true };
}

const contextOf = (server: Server, extra: Extra) =>
  ({
    cancellation: { signal: extra.signal },
    requestId: String(extra.requestId),
    client: clientOf(server, extra),
  }) as unknown as CallContext;

function clientOf(server: Server, extra: Extra): CallClient {
  const progressToken = extra._meta?.progressToken;
  const notify = (method: string, params: object) =>
    void extra.sendNotification({ method, params } as never).catch(() => undefined);
  return {
    capabilities: server.getClientCapabilities() ?? {},
    takesRounds: false,
    wantsProgress: progressToken !== undefined,
    progress: (progress) => progressToken !== undefined && notify('notifications/progress', { progressToken, ...progress }),
    log: (message) => notify('notifications/message', message),
    ask: (request) => extra.sendRequest(request as never, ResultSchema) as Promise<Record<string, unknown>>,
  };
}
