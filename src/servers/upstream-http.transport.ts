import {
  StreamableHTTPClientTransport,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client';
import type { LogMessage } from '../tools/call-context.js';
import { unusableAnswer } from './too-large-answer.js';
import { EXCHANGE, type UpstreamExchange } from './upstream-exchange.js';
import { TOO_LARGE, type UpstreamHttp } from './upstream-http.js';

/** Questions of the server that wait to be looked at; more are refused. */
const ASKED_MAX = 1_000;

/**
 * MCP over streamable HTTP, each request with a transport of the SDK for itself: so it is known which request a message of
 * the server belongs to, which the SDK does not say. A stream that breaks ends with an error for its request, which the SDK
 * would leave waiting; a request that is cancelled gives back its connection.
 */
export class UpstreamHttpTransport implements Transport {
  onmessage?: Transport['onmessage'];
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** Closing the stream of a request cancels it. */
  readonly hasPerRequestStream = true;
  /** For everything that belongs to no request: the start, notifications, the server's own stream. */
  private readonly base: StreamableHTTPClientTransport;
  private readonly streams = new Map<RequestId, StreamableHTTPClientTransport>();
  /** What the server asked, by its id, and within which exchange. */
  private readonly asked = new Map<RequestId, UpstreamExchange>();

  constructor(
    private readonly url: URL,
    private readonly http: UpstreamHttp,
  ) {
    this.base = new StreamableHTTPClientTransport(url, { fetch: http.fetch });
  }

  get sessionId(): string | undefined {
    return this.base.sessionId;
  }

  setProtocolVersion(version: string): void {
    this.base.setProtocolVersion(version);
  }

  async start(): Promise<void> {
    this.base.onmessage = (message) => this.onmessage?.(message);
    this.base.onerror = (error) => this.onerror?.(error);
    this.base.onclose = () => this.onclose?.();
    await this.base.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if ('method' in message && message.method === 'notifications/cancelled')
      this.abandon(message.params?.['requestId'] as RequestId);
    if (!('method' in message) || !('id' in message) || message.method === 'initialize') return this.base.send(message, options);
    return this.exchange(message, options);
  }

  async close(): Promise<void> {
    for (const id of this.streams.keys()) this.abandon(id);
    await this.base.close();
    await this.http.close();
  }

  /** The exchange within which the server asks this; undefined when it asks out of turn. Once. */
  exchangeOf(id: RequestId): UpstreamExchange | undefined {
    const exchange = this.asked.get(id);
    this.asked.delete(id);
    return exchange;
  }

  terminateSession(): Promise<void> {
    return this.base.terminateSession();
  }

  private async exchange(request: JSONRPCRequest, options?: TransportSendOptions): Promise<void> {
    const { id, params } = request;
    const exchange = (params as { [EXCHANGE]?: UpstreamExchange } | undefined)?.[EXCHANGE];
    let reason = 'it ended its answer early';
    const stream = this.open(exchange);
    stream.onerror = ({ message }) => {
      reason = 'the connection broke';
      if (message.includes(TOO_LARGE)) this.fail(id, TOO_LARGE); // it would come again where the SDK takes a stream up again
    };
    this.streams.set(id, stream);
    const onRequestStreamEnd = options?.onRequestStreamEnd ?? (() => this.fail(id, reason));
    try {
      await stream.send(request, { ...options, headers: { ...options?.headers, ...exchange?.headers }, onRequestStreamEnd });
    } catch (error) {
      this.streams.delete(id);
      throw error;
    }
  }

  private open(exchange: UpstreamExchange | undefined): StreamableHTTPClientTransport {
    const { sessionId, protocolVersion } = this.base;
    const stream = new StreamableHTTPClientTransport(this.url, {
      fetch: this.http.patientFetch,
      ...(sessionId !== undefined && { sessionId }),
      ...(protocolVersion !== undefined && { protocolVersion }),
    });
    stream.onmessage = (message) => this.receive(message, exchange);
    void stream.start();
    return stream;
  }

  private receive(message: JSONRPCMessage, exchange: UpstreamExchange | undefined): void {
    if (!('method' in message)) this.streams.delete(message.id!);
    else if ('id' in message) this.note(message.id, exchange);
    else if (message.method === 'notifications/message') return exchange?.side?.log(message.params as unknown as LogMessage);
    this.onmessage?.(message);
  }

  private note(id: RequestId, exchange: UpstreamExchange | undefined): void {
    if (exchange && this.asked.size < ASKED_MAX) this.asked.set(id, exchange);
  }

  private fail(id: RequestId, reason: string): void {
    if (!this.streams.has(id)) return;
    this.abandon(id);
    this.onmessage?.(unusableAnswer(id, reason));
  }

  private abandon(id: RequestId): void {
    const stream = this.streams.get(id);
    this.streams.delete(id);
    void stream?.close();
  }
}
