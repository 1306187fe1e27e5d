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
  McpError,
  ReadResourceRequestSchema,
  ResultSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallClient, CallContext } from '../../src/tools/call-context.js';
import { ToolInputError } from '../../src/tools/tool-source.js';
import { FixtureSource } from './fixture.source.js';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};

/** The fixture behind the official SDK's server, version 1, with sessions: what an upstream server of MCP 2025-11-25 is like. */
export async function startSdkServer(): Promise<string> {
  const source = new FixtureSource();
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const http = createServer((request, response) => {
    void (async () => {
      const body = request.method === 'POST' ? await read(request) : undefined;
      const known = transports.get(String(request.headers['mcp-session-id']));
      const transport = known ?? (isInitializeRequest(body) ? await open(source, transports) : undefined);
      if (transport) await transport.handleRequest(request, response, body);
      else response.writeHead(404).end('{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}');
    })();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
}

async function open(source: FixtureSource, transports: Map<string, StreamableHTTPServerTransport>) {
  const transport = new StreamableHTTPServerTransport({
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
  offerTools(server, source);
  offerResources(server, source);
  offerPrompts(server, source);
  return server;
}

function offerTools(server: Server, source: FixtureSource): void {
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: source.tools().map(({ name, description, inputSchema }) => ({ name, description, inputSchema })) as never,
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = source.tools().find(({ name }) => name === params.name)!;
    const { content, isError } = await tool.call(params.arguments ?? {}, contextOf(server, extra)).catch((error: unknown) => {
      if (!(error instanceof ToolInputError)) throw error;
      return { content: [{ type: 'text', text: error.message }], isError: true };
    });
    return { content, ...(isError && { isError }) } as never;
  });
  server.setRequestHandler(SetLevelRequestSchema, () => ({}));
}

function offerResources(server: Server, source: FixtureSource): void {
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: source.resources().map(listed) as never }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: source.resourceTemplates().map(listed) as never,
  }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, extra) => {
    const resource =
      source.resources().find((each) => each.uri === uri) ?? source.resourceTemplates().find(({ matches }) => matches(uri));
    if (!resource) throw new McpError(-32002, `Resource not found: ${uri}`);
    return { contents: (await resource.read(uri, contextOf(server, extra))).contents };
  });
  server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
}

function offerPrompts(server: Server, source: FixtureSource): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: source.prompts().map(listed) as never }));
  server.setRequestHandler(GetPromptRequestSchema, async ({ params }, extra) => {
    const prompt = source.prompts().find(({ name }) => name === params.name)!;
    return { messages: (await prompt.get(params.arguments ?? {}, contextOf(server, extra))).messages } as never;
  });
  server.setRequestHandler(CompleteRequestSchema, async ({ params: { argument } }, extra) => {
    const prompt = source.prompts()[0]!;
    const completion = await prompt.complete!(argument.name, argument.value, {}, contextOf(server, extra));
    return { completion: { ...completion } };
  });
}

const listed = (offer: object) => JSON.parse(JSON.stringify({ ...offer, tableName: undefined })) as object;

const contextOf = (server: Server, extra: Extra) =>
  ({ signal: extra.signal, requestId: String(extra.requestId), client: clientOf(server, extra) }) as unknown as CallContext;

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

async function read(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
}
