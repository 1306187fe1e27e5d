import type { JSONRPCMessage, RequestId, Transport } from '@modelcontextprotocol/client';
import { setImmediate } from 'node:timers/promises';
import { cancelledAfter, Cancellation, type Cancellable } from '../../../common/concurrency/cancellation.js';
import type { DroppedLine } from '../../../common/lines/bounded-lines.js';
import { readable } from '../relay/handshake.js';
import { messageIn } from '../relay/incoming.js';
import { BrokenAnswer, ConnectionClosed } from '../relay/no-answer.js';
import { cancelledNotification, Relay, type OutgoingRequest, type Wire } from '../relay/relay.js';
import type { UnaskedPace } from '../unasked-pace.js';
import { idOfLine, TOO_LARGE, unusableAnswer } from '../unusable-answer.js';
import type { UpstreamExchange } from '../upstream-exchange.js';
import { SessionExpired, UpstreamFailure } from '../upstream-failure.js';
import { HttpRefusal } from './http-messages.js';
import { discard, EVENTS } from './answer-body.js';
import type { HttpPool } from './http-pool.js';
import { Replies } from './replies.js';
import { eventsIn } from './sse-events.js';

/** Within its own origin: frameworks redirect `/sse` to `/sse/`. */
const REDIRECTS_MAX = 3;
const URL_MAX_CHARS = 8_192;

export interface SseOptions {
  /** As callers know the server. */
  name: string;
  http: HttpPool;
  pace: UnaskedPace;
  connectTimeoutMs: number;
  /** For what nobody waits for. */
  timeoutMs: number;
  /** Of one message. */
  maxAnswerBytes: number;
}

/**
 * MCP over HTTP with one stream of events (2024-11-05, "HTTP with SSE"): a GET opens the stream, whose first event names the endpoint
 * that messages are posted to; all that the server says comes on the stream. Unlike the SDK's transport, the headers of a call go
 * with it, the session ends with its stream, since another stream would be another session, and messages are bounded, each by itself.
 */
export class SseTransport implements Transport, Wire {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly relay = new Relay(this);
  /** It cannot be known how another session would go on. */
  readonly sessionId = undefined;
  private starting: Promise<void> | undefined;
  /** Path and query of where messages go. */
  private endpoint: string | undefined;
  private version: string | undefined;
  /** Requests that have no answer yet, and when they were sent, monotonic clock, ms. */
  private readonly running = new Map<RequestId, { method: string; at: number }>();
  private heardAt = 0;
  private readonly replies: Replies;
  private readonly gone = new Cancellation();

  constructor(
    private readonly url: URL,
    private readonly options: SseOptions,
  ) {
    this.replies = new Replies(options.pace);
  }

  setProtocolVersion(version: string): void {
    this.version = version;
  }

  /** Resolves when the server has named its endpoint. @throws UpstreamFailure, HttpRefusal, or what the connection fails with */
  start(): Promise<void> {
    this.starting ??= this.open();
    return this.starting;
  }

  private async open(): Promise<void> {
    const { name, connectTimeoutMs } = this.options;
    const late = () => new UpstreamFailure('timeout', `${name} did not answer within ${connectTimeoutMs / 1_000} s.`);
    const timer = setTimeout(() => this.gone.cancel(late()), connectTimeoutMs);
    try {
      const { url, body } = await this.openStream();
      await new Promise<void>((resolve, reject) => {
        const ended = () => reject(new UpstreamFailure('unreachable', `${name} ended its stream before it named an endpoint.`));
        void this.read(body, url, resolve)
          .then(ended, reject)
          .finally(() => void this.close());
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!('method' in message)) return this.reply(message);
    const text = JSON.stringify(message);
    const inTime = this.inTime();
    if ('id' in message) return this.ask(message, text, inTime);
    if (message.method === 'notifications/cancelled') this.giveUp(message.params?.['requestId'] as RequestId);
    return this.post(text, inTime);
  }

  sendRequest({ id, method, text }: OutgoingRequest, { cancellation, headers }: UpstreamExchange): Promise<void> {
    return this.ask({ id, method }, text, cancellation, headers);
  }

  cancelRequest(id: number): void {
    void this.send(cancelledNotification(id)).catch((error: Error) => this.onerror?.(error));
  }

  async close(): Promise<void> {
    const { onclose } = this;
    delete this.onclose;
    this.gone.cancel(new Error('its stream was closed'));
    this.relay.failAll(new ConnectionClosed());
    await this.options.http.close().catch(() => undefined);
    onclose?.();
  }

  /** @throws HttpRefusal for refused credentials, UpstreamFailure for what is no stream of events */
  private async openStream(): Promise<{ url: URL; body: AsyncIterable<Buffer> }> {
    let { url } = this;
    for (let redirects = 0; ; redirects += 1) {
      const path = url.pathname + url.search;
      const answer = await this.options.http.open(path, { accept: EVENTS }, this.gone);
      const { status, type, location, body, events } = answer;
      if (status === 200 && type === EVENTS) return { url, body: events };
      discard(body);
      const next = [301, 302, 307, 308].includes(status) ? urlIn(location, url) : undefined;
      if (next?.origin !== url.origin || redirects >= REDIRECTS_MAX) throw this.noStream(status, type);
      url = next;
    }
  }

  private noStream(status: number, type: string): Error {
    if (status === 401 || status === 403) return new HttpRefusal(status, '');
    const answered = status === 200 ? type || 'nothing' : `HTTP ${status}`;
    const advice = 'Where a server speaks streamable HTTP, its template needs transport http.';
    return Object.assign(
      new UpstreamFailure('protocol', `${this.options.name} answered ${answered} where its stream of events should be.`),
      { advice },
    );
  }

  /** Until the stream ends. @throws UpstreamFailure for an endpoint elsewhere */
  private async read(body: AsyncIterable<Buffer>, url: URL, onEndpoint: () => void): Promise<void> {
    for await (const { type, data, bytes } of eventsIn(body, this.options.maxAnswerBytes)) {
      this.heardAt = performance.now();
      if (type === 'endpoint' && this.endpoint === undefined) {
        this.endpoint = this.endpointIn(data, url);
        onEndpoint();
      } else if (type !== 'message') await this.options.pace.take(bytes, 0);
      else if (!this.receive(data)) await this.options.pace.take(bytes);
      await setImmediate(); // the SDK takes an answer at once, a notification a moment later
    }
  }

  private endpointIn(data: string | DroppedLine, url: URL): string {
    const endpoint = typeof data === 'string' ? urlIn(data, url) : undefined;
    if (endpoint?.origin !== this.url.origin) {
      throw new UpstreamFailure('protocol', `${this.options.name} names an endpoint that is not its own.`);
    }
    return endpoint.pathname + endpoint.search;
  }

  /** Returns whether it is an answer to a request that waits for one. */
  private receive(data: string | DroppedLine): boolean {
    if (typeof data !== 'string') return this.failCallOf(data);
    const message = messageIn(data);
    if (!message) return false;
    const id = message['id'] as RequestId;
    const isAnswer = !('method' in message) && (this.running.delete(Number(id)) || this.running.delete(id));
    if (!this.relay.take(message, data)) this.onmessage?.(readable(message));
    return isAnswer;
  }

  private failCallOf(data: DroppedLine): boolean {
    const id = idOfLine(data);
    if (id === undefined || !this.running.delete(id)) return false;
    if (!this.relay.fail(id, new BrokenAnswer(TOO_LARGE))) this.onmessage?.(unusableAnswer(id, TOO_LARGE));
    return true;
  }

  private async reply(message: JSONRPCMessage): Promise<void> {
    await this.replies.send(() => this.post(JSON.stringify(message), this.inTime()));
  }

  private inTime(): Cancellable {
    return cancelledAfter(this.options.timeoutMs);
  }

  private async ask(
    { id, method }: { id: RequestId; method: string },
    text: string,
    cancellation: Cancellable,
    headers?: Readonly<Record<string, string>>,
  ): Promise<void> {
    this.running.set(id, { method, at: performance.now() });
    try {
      await this.post(text, cancellation, headers);
    } catch (error) {
      this.running.delete(id);
      throw error;
    }
  }

  /** What is answered here is a receipt. @throws SessionExpired, HttpRefusal */
  private async post(body: string, cancellation: Cancellable, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.endpoint === undefined || this.gone.isCancelled) throw new Error('there is no stream');
    const own = { 'content-type': 'application/json', ...(this.version && { 'mcp-protocol-version': this.version }) };
    const { status, text } = await this.options.http.deliver(this.endpoint, body, { ...own, ...headers }, cancellation);
    if (status >= 200 && status < 300) return;
    const isExpired = status === 404 || status === 410 || (status === 400 && /session/i.test(text));
    const refusal = new HttpRefusal(status, text);
    throw isExpired ? new SessionExpired(refusal) : refusal;
  }

  /**
   * A request that nobody waits for any more. A ping that was not answered, while nothing else was heard or is waited for, says that
   * the stream leads nowhere: what is between may have dropped it without a word.
   */
  private giveUp(id: RequestId): void {
    const sent = this.running.get(id);
    this.running.delete(id);
    if (sent?.method === 'ping' && this.running.size === 0 && this.heardAt < sent.at) void this.close();
  }
}

/** Undefined for what is none, or longer than anybody needs. */
function urlIn(text: string | undefined, base: URL): URL | undefined {
  return text && text.length <= URL_MAX_CHARS && URL.canParse(text, base.href) ? new URL(text, base) : undefined;
}
