import { EventSourceParserStream } from 'eventsource-parser/stream';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess, type GatewayOptions } from './gateway-process.js';

const SETTINGS = { stock_data: { enabled: false }, examples: { enabled: false } };

/** A gateway whose tools report, ask and change (streaming-source.mjs); `mcp` of its settings by the test. */
export function startStreamingGateway(
  mcp: object = {},
  env: Record<string, string> = {},
  options: Pick<GatewayOptions, 'dataDir'> = {},
): Promise<GatewayProcess> {
  return GatewayProcess.start({ ...options, env: { ...streamingEnv(mcp), ...env } });
}

/** What makes any process of the program such a gateway. */
export function streamingEnv(mcp: object = {}): Record<string, string> {
  const config = join(mkdtempSync(join(tmpdir(), 'streaming-')), 'gateway.yaml');
  writeFileSync(config, JSON.stringify({ ...SETTINGS, mcp })); // JSON is YAML
  return { GATEWAY_CONFIG: config, NODE_OPTIONS: '--import ./test/support/gateway/streaming-source.mjs' };
}

export const MODERN = '2026-07-28';

/** `_meta` of a modern request. */
export const modernMeta = (more: object = {}, capabilities: object = {}) => ({
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': capabilities,
  ...more,
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Message = any;

/** A request's answer, message by message, while it is open. */
export class McpStream {
  private constructor(
    readonly response: Response,
    private readonly messages: AsyncGenerator<string>,
    private readonly controller: AbortController,
  ) {}

  /** A POST, or without a body a GET; modern where `_meta` says so. An empty key is not sent. */
  static async open(
    gateway: Pick<GatewayProcess, 'mcpUrl' | 'apiKey'>,
    body: { method: string; params?: Message } | undefined,
    headers: Record<string, string> = {},
  ): Promise<McpStream> {
    const controller = new AbortController();
    const isModern = body?.params?._meta?.['io.modelcontextprotocol/protocolVersion'] !== undefined;
    const name = body?.params?.name;
    const response = await fetch(gateway.mcpUrl, {
      method: body ? 'POST' : 'GET',
      headers: {
        ...(gateway.apiKey !== '' && { authorization: `Bearer ${gateway.apiKey}` }),
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...(isModern && { 'mcp-protocol-version': MODERN, 'mcp-method': body!.method, ...(name && { 'mcp-name': name }) }),
        ...headers,
      },
      ...(body && { body: JSON.stringify({ jsonrpc: '2.0', id: 7, ...body }) }),
      signal: controller.signal,
    });
    return new McpStream(response, eventMessages(response.body!), controller);
  }

  /** The next message; undefined when the stream has ended, however it did. */
  async next(): Promise<Message> {
    const { value } = await this.messages.next().catch(() => ({ value: undefined }));
    return value === undefined ? undefined : JSON.parse(value as string);
  }

  async rest(): Promise<Message[]> {
    const found: Message[] = [];
    for (let message = await this.next(); message; message = await this.next()) found.push(message);
    return found;
  }

  close(): void {
    this.controller.abort();
  }
}

async function* eventMessages(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) yield data;
}
