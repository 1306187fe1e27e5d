import {
  StreamableHTTPClientTransport,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client';
import { setImmediate } from 'node:timers/promises';
import type { LogMessage } from '../../../tools/source/call-context.js';
import type { UnaskedPace } from '../unasked-pace.js';
import { TOO_LARGE, unusableAnswer } from '../unusable-answer.js';
import { EXCHANGE, type UpstreamExchange } from '../upstream-exchange.js';
import type { HttpPool } from './http-pool.js';
import { headersOf, messagesIn, messagesOf } from './http-messages.js';

/** Questions of the server that have not been passed on yet; further ones are refused. */
const QUESTIONS_MAX = 1_000;
/** Answers to the server that may be on their way at once. One that asks on and takes none gets no more: each costs more than the last. */
const REPLIES_MAX = 100;
/** An answer to the server is a request: it takes as much as reading so many messages. */
const REPLY_MESSAGES = 5;

/**
 * MCP over streamable HTTP. The SDK's transport starts and ends the session and reads the server's own stream. Requests are sent
 * here (docs/adr/0015-upstreams-of-both-eras.md), because
 * - the SDK does not say which request a message of the server belongs to,
 * - it takes many times longer,
 * - it leaves a request waiting whose stream breaks; here the request fails,
 * - it keeps the connection of a request that is cancelled.
 */
export class HttpTransport implements Transport {
  onmessage?: Transport['onmessage'];
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** Closing the stream of a request cancels it. */
  readonly hasPerRequestStream = true;
  /** Sends everything but requests: the start, notifications, answers; and reads the server's own stream. */
  private readonly base: StreamableHTTPClientTransport;
  /** How to end each request that has no answer yet. */
  private readonly running = new Map<RequestId, () => void>();
  /** The exchange that each question of the server came in, by the question's id. */
  private readonly questions = new Map<RequestId, UpstreamExchange>();
  private replies = 0;
  private readonly path: string;

  constructor(
    private readonly url: URL,
    private readonly http: HttpPool,
    private readonly pace: UnaskedPace,
  ) {
    this.path = url.pathname + url.search;
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
    if ('method' in message && message.method === 'notifications/cancelled') {
      this.abandon(message.params?.['requestId'] as RequestId);
    }
    if (!('method' in message)) return this.reply(message, options);
    if (!('id' in message) || message.method === 'initialize') return this.base.send(message, options);
    return this.sendRequest(message, options);
  }

  async close(): Promise<void> {
    for (const id of this.running.keys()) this.abandon(id);
    await this.base.close();
    await this.http.close();
  }

  /** The exchange that a question of the server came in; undefined when it came in none. Can be read once. */
  exchangeOf(id: RequestId): UpstreamExchange | undefined {
    const exchange = this.questions.get(id);
    this.questions.delete(id);
    return exchange;
  }

  terminateSession(): Promise<void> {
    return this.base.terminateSession();
  }

  private async reply(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    this.pace.count(0, REPLY_MESSAGES);
    if (this.replies >= REPLIES_MAX) throw new Error('The server does not take the answers to what it asks.');
    this.replies += 1;
    await this.base.send(message, options).finally(() => (this.replies -= 1));
  }

  private async sendRequest(request: JSONRPCRequest, options?: TransportSendOptions): Promise<void> {
    const { id, params } = request;
    const exchange = (params as { [EXCHANGE]?: UpstreamExchange } | undefined)?.[EXCHANGE];
    const controller = new AbortController();
    this.running.set(id, () => controller.abort());
    options?.requestSignal?.addEventListener('abort', () => this.abandon(id), { once: true });
    const onEnd = options?.onRequestStreamEnd ?? (() => this.fail(id, 'it ended its answer early'));
    try {
      const headers = { ...headersOf(request, this.base), ...options?.headers, ...exchange?.headers };
      const answer = await this.http.post(this.path, JSON.stringify(request), headers, controller.signal);
      if (answer.events && answer.status < 300) void this.readEvents(request, answer.events, exchange, onEnd);
      else for (const message of messagesOf(answer, request)) if (!this.receive(message, exchange)) this.pace.count(0, 1);
    } catch (error) {
      this.running.delete(id);
      throw error;
    }
  }

  /** Takes messages as they come. A stream with event ids that ends before its answer is taken up again. */
  private async readEvents(
    request: JSONRPCRequest,
    events: AsyncIterable<Buffer>,
    exchange: UpstreamExchange | undefined,
    onEnd: () => void,
  ): Promise<void> {
    const { id } = request;
    let lastEventId: string | undefined;
    let end = onEnd;
    try {
      for await (const { id: eventId, message, bytes } of messagesIn(events)) {
        lastEventId = eventId ?? lastEventId;
        if (!message) await this.pace.take(bytes, 0);
        else if (!this.receive(message, exchange)) await this.pace.take(bytes);
        if (message && 'method' in message) await setImmediate(); // the SDK takes an answer at once, a notification a moment later
      }
    } catch (error) {
      const { message } = error as Error;
      end = () => this.fail(id, message.includes(TOO_LARGE) ? TOO_LARGE : 'the connection broke');
      if (message.includes(TOO_LARGE)) lastEventId = undefined; // taken up again, it would be as large
    }
    if (!this.running.has(id)) return;
    if (lastEventId) this.resume(request, lastEventId, exchange, end);
    else end();
  }

  /** Asks for what came after the last event, by the SDK, which waits as the server says and tries a few times. */
  private resume(
    request: JSONRPCRequest,
    resumptionToken: string,
    exchange: UpstreamExchange | undefined,
    onEnd: () => void,
  ): void {
    const { sessionId, protocolVersion } = this.base;
    const stream = new StreamableHTTPClientTransport(this.url, {
      fetch: this.http.patientFetch,
      ...(sessionId !== undefined && { sessionId }),
      ...(protocolVersion !== undefined && { protocolVersion }),
    });
    this.running.set(request.id, () => void stream.close());
    stream.onmessage = (message) => void this.receive(message, exchange);
    stream.onerror = ({ message }) => message.includes(TOO_LARGE) && this.fail(request.id, TOO_LARGE);
    void stream.start();
    void stream.send(request, { resumptionToken, onRequestStreamEnd: onEnd }).catch(onEnd);
  }

  /** Returns whether it is an answer to a request that waits for one. */
  private receive(message: JSONRPCMessage, exchange: UpstreamExchange | undefined): boolean {
    const isAnswer = !('method' in message) && this.running.delete(message.id!);
    if ('method' in message && 'id' in message && message.method !== 'ping') this.rememberQuestion(message.id, exchange);
    if ('method' in message && message.method === 'notifications/message')
      exchange?.caller?.log(message.params as unknown as LogMessage);
    else this.onmessage?.(message);
    return isAnswer;
  }

  private rememberQuestion(id: RequestId, exchange: UpstreamExchange | undefined): void {
    if (exchange && this.questions.size < QUESTIONS_MAX) this.questions.set(id, exchange);
  }

  private fail(id: RequestId, reason: string): void {
    if (!this.running.has(id)) return;
    this.abandon(id);
    this.onmessage?.(unusableAnswer(id, reason));
  }

  private abandon(id: RequestId): void {
    const end = this.running.get(id);
    this.running.delete(id);
    end?.();
  }
}
