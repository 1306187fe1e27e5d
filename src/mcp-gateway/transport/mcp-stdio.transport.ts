import { Injectable } from '@nestjs/common';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { exchangeLines } from '../../common/line-exchange.js';
import { readClientSettings } from '../../config/client-settings.js';
import { assertBatch, joinAnswers } from '../protocol/batch.js';
import { BODY_MAX_BYTES } from '../../http/request-body.js';
import { JSON_RPC, parseMessage, type JsonRpcId, type JsonRpcRequest } from '../protocol/json-rpc.js';
import { McpDispatcher } from './mcp-dispatcher.js';
import { McpProtocolError } from '../protocol/mcp-error.js';
import { McpStdioExchange, type StdioClient } from './mcp-stdio.exchange.js';
import { PROTOCOL_DESCRIPTOR } from './protocol-descriptor.js';
import { readEra } from '../protocol/protocol-era.js';
import { McpSessions } from '../sessions/mcp-sessions.service.js';
import { OpenStreams } from '../streams/open-streams.service.js';

/** Lines of one client at the same time, each a message or a batch; it is one person, or one agent. */
const IN_FLIGHT_MAX = 100;
const LINE_MAX_BYTES = BODY_MAX_BYTES.mcp;
/** What may wait for a client that does not read; further notifications are dropped. */
const BUFFER_MAX_BYTES = 1024 * 1024;
const LISTEN = 'subscriptions/listen';

/** MCP over standard input and output as a Nest transport: one JSON-RPC message a line, for the client that started this process. */
@Injectable()
export class McpStdioTransport extends Server implements CustomTransportStrategy {
  private client: StdioClient;
  private readonly calls = new Map<JsonRpcId, McpStdioExchange>();
  private input: Socket | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly dispatcher: McpDispatcher,
    sessions: McpSessions,
    streams: OpenStreams,
  ) {
    super();
    this.client = { headers: {}, session: sessions.create('stdio'), streams, write: writeLine };
  }

  listen(ready: () => void): void {
    this.dispatcher.use(this.messageHandlers);
    const { apiKey } = readClientSettings();
    if (apiKey !== undefined) this.client.headers = { 'x-api-key': apiKey };
    const input = new Socket({ fd: PROTOCOL_DESCRIPTOR, readable: true, writable: false });
    this.input = input.once('close', () => this.gone());
    const limits = { lineMaxBytes: LINE_MAX_BYTES, inFlightMax: IN_FLIGHT_MAX };
    const answer = (line: string | null) => this.answer(line);
    this.running = exchangeLines({ input, output: process.stdout, ...limits, answer });
    ready();
  }

  /** Resolves when the client has closed stdin and has every answer. */
  async ended(): Promise<void> {
    await this.running;
  }

  /** Reads no more and lets calls in flight finish. */
  async close(): Promise<void> {
    this.input?.destroy();
    await this.running;
  }

  /** Nest's transport events are not used here. */
  on(): void {}

  unwrap<T>(): T {
    return this.input as T;
  }

  private async answer(line: string | null): Promise<string | undefined> {
    try {
      const value = parseLine(line);
      return Array.isArray(value) ? await this.batch(value) : await this.single(value);
    } catch (error) {
      return this.dispatcher.failed(error, null, randomUUID()).body;
    }
  }

  private async batch(messages: unknown[]): Promise<string | undefined> {
    assertBatch(messages, this.client.headers['mcp-protocol-version']);
    return joinAnswers(await Promise.all(messages.map((message) => this.single(message))));
  }

  private async single(value: unknown): Promise<string | undefined> {
    const exchange = new McpStdioExchange(this.client);
    const message = parseMessage(value);
    if (message.kind === 'request' && message.method === LISTEN) return void this.longRequest(message, exchange);
    if (message.kind === 'request') return this.request(message, exchange);
    if (message.kind === 'notification') this.cancelled(message.method, message.params);
    const { body } = await this.dispatcher.dispatch(message, exchange);
    return message.kind === 'invalid' ? body : undefined; // a notification is not answered, not even with an error
  }

  /** One that lasts: lines after it do not wait for its end, and neither does the end of stdin. */
  private async longRequest(message: JsonRpcRequest, exchange: McpStdioExchange): Promise<void> {
    const answer = await this.request(message, exchange);
    if (answer !== undefined) writeLine(answer);
  }

  /** A request that was cancelled is not answered (MCP, "Cancellation"). */
  private async request(message: JsonRpcRequest, exchange: McpStdioExchange): Promise<string | undefined> {
    if (message.method === 'initialize') this.remember(message);
    this.calls.set(message.id, exchange);
    try {
      const { body } = await this.dispatcher.dispatch(message, exchange);
      if (message.method === 'initialize') this.hearOfChanges();
      return exchange.isCancelled ? undefined : body;
    } finally {
      if (this.calls.get(message.id) === exchange) this.calls.delete(message.id);
    }
  }

  /** What a client says once, and HTTP clients repeat in a header. */
  private remember(message: JsonRpcRequest): void {
    const { version } = readEra(message, {}, { isRouted: false });
    this.client = { ...this.client, headers: { ...this.client.headers, 'mcp-protocol-version': version } };
  }

  /** What HTTP clients open a stream for: this client has one anyway. It ends with stdin. */
  private hearOfChanges(): void {
    const exchange = new McpStdioExchange(this.client);
    void this.dispatcher.session('stream', exchange).finally(() => exchange.cancel());
    this.input?.once('close', () => exchange.cancel());
  }

  private cancelled(method: string, { requestId }: Record<string, unknown>): void {
    if (method === 'notifications/cancelled') this.calls.get(requestId as JsonRpcId)?.cancel();
  }

  /** What was asked will not be answered any more; calls in flight finish. */
  private gone(): void {
    this.client.session.end('Your client has gone.');
  }
}

/** Not later than the answers of calls that wait for the same reader. */
function writeLine(line: string): boolean {
  if (process.stdout.destroyed || process.stdout.writableLength > BUFFER_MAX_BYTES) return false;
  process.stdout.write(`${line}\n`);
  return true;
}

function parseLine(line: string | null): unknown {
  if (line === null) {
    const words = `Invalid Request: a line is longer than ${LINE_MAX_BYTES / 1024 / 1024} MiB`;
    throw new McpProtocolError(JSON_RPC.INVALID_REQUEST, words, 413);
  }
  try {
    return JSON.parse(line);
  } catch {
    throw new McpProtocolError(JSON_RPC.PARSE_ERROR, 'Parse error: the line is not JSON', 400);
  }
}
