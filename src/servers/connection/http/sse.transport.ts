import {
  deserializeMessage,
  SdkErrorCode,
  SdkHttpError,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/client';
import { setImmediate } from 'node:timers/promises';
import type { DroppedLine } from '../../../common/lines/bounded-lines.js';
import type { UnaskedPace } from '../unasked-pace.js';
import { tooLargeAnswer } from '../unusable-answer.js';
import { EXCHANGE, type UpstreamExchange } from '../upstream-exchange.js';
import { SessionExpired, UpstreamFailure } from '../upstream-failure.js';
import { discard, type HttpPool } from './http-pool.js';
import { eventsIn } from './sse-events.js';

/** Within its own origin: frameworks redirect `/sse` to `/sse/`. */
const REDIRECTS_MAX = 3;
const URL_MAX_CHARS = 8_192;
/** Answers to the server that may be on their way at once; see `HttpTransport`. */
const REPLIES_MAX = 100;
const REPLY_MESSAGES = 5;

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
export class SseTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** Path and query of where messages go. */
  private endpoint: string | undefined;
  private version: string | undefined;
  /** Requests that have no answer yet, and when they were sent, monotonic clock, ms. */
  private readonly running = new Map<RequestId, { method: string; at: number }>();
  private heardAt = 0;
  private replies = 0;
  private readonly gone = new AbortController();

  constructor(
    private readonly url: URL,
    private readonly options: SseOptions,
  ) {}

  setProtocolVersion(version: string): void {
    this.version = version;
  }

  /** Resolves when the server has named its endpoint. @throws UpstreamFailure, SdkHttpError, or what the connection fails with */
  async start(): Promise<void> {
    const { name, connectTimeoutMs } = this.options;
    const late = () => new UpstreamFailure('timeout', `${name} did not answer within ${connectTimeoutMs / 1_000} s.`);
    const timer = setTimeout(() => this.gone.abort(late()), connectTimeoutMs);
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
    if ('id' in message) return this.sendRequest(message);
    if (message.method === 'notifications/cancelled') this.giveUp(message.params?.['requestId'] as RequestId);
    return this.post(message, AbortSignal.timeout(this.options.timeoutMs));
  }

  async close(): Promise<void> {
    const { onclose } = this;
    delete this.onclose;
    this.gone.abort(new Error('its stream was closed'));
    await this.options.http.close().catch(() => undefined);
    onclose?.();
  }

  /** @throws SdkHttpError for refused credentials, UpstreamFailure for what is no stream of events */
  private async openStream(): Promise<{ url: URL; body: AsyncIterable<Buffer> }> {
    let { url } = this;
    for (let redirects = 0; ; redirects += 1) {
      const path = url.pathname + url.search;
      const answer = await this.options.http.open(path, { accept: 'text/event-stream' }, this.gone.signal);
      const { status, type, location, body } = answer;
      if (status === 200 && type === 'text/event-stream') return { url, body };
      discard(body);
      const next = [301, 302, 307, 308].includes(status) ? urlIn(location, url) : undefined;
      if (next?.origin !== url.origin || redirects >= REDIRECTS_MAX) throw this.noStream(status, type);
      url = next;
    }
  }

  private noStream(status: number, type: string): Error {
    if (status === 401 || status === 403) return refusal(status, '');
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
    const message = typeof data === 'string' ? messageIn(data) : tooLargeAnswer(data);
    if (!message) return false;
    const isAnswer = !('method' in message) && this.running.delete(message.id!);
    this.onmessage?.(message);
    return isAnswer;
  }

  private async reply(message: JSONRPCMessage): Promise<void> {
    const { pace, timeoutMs } = this.options;
    pace.count(0, REPLY_MESSAGES);
    if (this.replies >= REPLIES_MAX) throw new Error('The server does not take the answers to what it asks.');
    this.replies += 1;
    await this.post(message, AbortSignal.timeout(timeoutMs)).finally(() => (this.replies -= 1));
  }

  private async sendRequest(request: JSONRPCRequest): Promise<void> {
    const { id, method, params } = request;
    const exchange = (params as { [EXCHANGE]?: UpstreamExchange } | undefined)?.[EXCHANGE];
    this.running.set(id, { method, at: performance.now() });
    try {
      await this.post(request, exchange?.signal ?? AbortSignal.timeout(this.options.timeoutMs), exchange?.headers);
    } catch (error) {
      this.running.delete(id);
      throw error;
    }
  }

  /** What is answered here is a receipt. @throws SessionExpired, SdkHttpError */
  private async post(
    message: JSONRPCMessage,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    if (this.endpoint === undefined || this.gone.signal.aborted) throw new Error('there is no stream');
    const own = { 'content-type': 'application/json', ...(this.version && { 'mcp-protocol-version': this.version }) };
    const body = JSON.stringify(message);
    const { status, text } = await this.options.http.deliver(this.endpoint, body, { ...own, ...headers }, signal);
    if (status >= 200 && status < 300) return;
    const isExpired = status === 404 || status === 410 || (status === 400 && /session/i.test(text));
    throw isExpired ? new SessionExpired(refusal(status, text)) : refusal(status, text);
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

function messageIn(text: string): JSONRPCMessage | undefined {
  try {
    return deserializeMessage(text);
  } catch {
    return undefined;
  }
}

const refusal = (status: number, text: string) =>
  new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, `HTTP ${status}: ${text}`, { status, statusText: '', text });
