import {
  PROTOCOL_VERSION_META_KEY,
  StreamableHTTPClientTransport,
  type JSONRPCMessage,
  type RequestId,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client';
import { setImmediate } from 'node:timers/promises';
import { cancelledAfter, Cancellation } from '../../../common/concurrency/cancellation.js';
import { InFlight } from '../../../common/concurrency/in-flight.js';
import { withoutNulls } from '../../../common/json.js';
import { readable } from '../relay/handshake.js';
import { messageIn, messageTextsIn, noAnswerIn, type Message } from '../relay/incoming.js';
import { BrokenAnswer, ConnectionClosed } from '../relay/no-answer.js';
import { cancelledNotification, Relay, type OutgoingRequest, type Wire } from '../relay/relay.js';
import type { UnaskedPace } from '../unasked-pace.js';
import { TOO_LARGE, unusableAnswer } from '../unusable-answer.js';
import type { UpstreamExchange } from '../upstream-exchange.js';
import { AnswerTooLarge } from './event-pieces.js';
import type { HttpAnswer, HttpPool } from './http-pool.js';
import { headersOf, nameIn, refusedBy, type RequestHeaders } from './http-messages.js';
import { answerElsewhere, Replies } from './replies.js';
import { resumedEvents } from './resumed-events.js';

/** Questions of the server that have not been passed on yet; further ones are refused. */
const QUESTIONS_MAX = 1_000;

/** How long the stream of an answer may stay open when that has come: it has a connection. */
const ANSWERED_MS = 2_000;

/** How long a server may take to hear what has no answer. */
const TOLD_MS = 5_000;

/** A request on its way: the gateway's own have no exchange, and go through the SDK's client. */
interface Asked extends RequestHeaders {
  id: RequestId;
  text: string;
  /** Where it is another than that of this transport. */
  sessionId?: string | undefined;
  exchange?: UpstreamExchange | undefined;
  /** Called when the answer has ended without a message for the request. */
  onEnd: () => void;
  /** Ends what is left of the answer. */
  end?: () => void;
}

/**
 * MCP over streamable HTTP. Requests are sent here; the SDK's transport sends what is no request, ends the session and reads the
 * server's own stream. For requests it is not used:
 * - it takes many times longer,
 * - it leaves a request waiting whose stream breaks; here the request fails,
 * - it keeps the connection of a request that is cancelled.
 */
export class HttpTransport implements Transport, Wire {
  onmessage?: Transport['onmessage'];
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** Closing the stream of a request cancels it. */
  readonly hasPerRequestStream = true;
  readonly relay = new Relay(this);
  private session: string | undefined;
  private version: string | undefined;
  /** Made when the session has begun, which it has to know. */
  private ownBase: StreamableHTTPClientTransport | undefined;
  /** How to end each request that has no answer yet. */
  private readonly running = new InFlight<RequestId, { end: () => void; sessionId?: string | undefined }>();
  /** The exchange that each question of the server came in, by the question's id. */
  private readonly questions = new Map<RequestId, UpstreamExchange>();
  private readonly replies: Replies;
  private readonly path: string;

  constructor(
    private readonly url: URL,
    private readonly http: HttpPool,
    private readonly pace: UnaskedPace,
  ) {
    this.path = url.pathname + url.search;
    this.replies = new Replies(pace);
  }

  get sessionId(): string | undefined {
    return this.session;
  }

  /** Whether that is another session than this one; undefined is this one. */
  isElsewhere(sessionId: string | undefined): sessionId is string {
    return sessionId !== undefined && sessionId !== this.session;
  }

  setProtocolVersion(version: string): void {
    this.version = version;
    this.ownBase?.setProtocolVersion(version);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!('method' in message)) return this.reply(message, options);
    if (!('id' in message)) return this.notify(message, options);
    const { id, method, params } = message;
    const onEnd = options?.onRequestStreamEnd ?? (() => this.fail(id, 'it ended its answer early'));
    options?.requestSignal?.addEventListener('abort', () => this.abandon(id), { once: true });
    const isModern = params?._meta?.[PROTOCOL_VERSION_META_KEY] !== undefined;
    const asked = { id, method, name: nameIn(method, params), isModern, text: JSON.stringify(message), onEnd };
    await this.ask(asked, options?.headers);
  }

  async sendRequest(request: OutgoingRequest, exchange: UpstreamExchange): Promise<void> {
    const onEnd = () => this.fail(request.id, 'it ended its answer early');
    await this.ask({ ...request, exchange, onEnd }, exchange.headers);
  }

  /** A modern server sees that nobody reads any more; in a session, requests outlive their connections. */
  cancelRequest(id: number): void {
    const sessionId = this.running.get(id)?.sessionId;
    this.abandon(id);
    if (this.isElsewhere(sessionId)) return this.tell(sessionId, cancelledNotification(id));
    if (this.session === undefined) return;
    void this.notify(cancelledNotification(id));
  }

  async close(): Promise<void> {
    for (const id of this.running.keys()) this.abandon(id);
    this.relay.failAll(new ConnectionClosed());
    if (this.ownBase) await this.ownBase.close();
    else this.onclose?.();
    await this.http.close();
  }

  /** The exchange that a question of the server came in; undefined when it came in none. Can be read once. */
  exchangeOf(id: RequestId): UpstreamExchange | undefined {
    const exchange = this.questions.get(id);
    this.questions.delete(id);
    return exchange;
  }

  async terminateSession(): Promise<void> {
    if (this.session !== undefined) await this.base.terminateSession();
  }

  private get base(): StreamableHTTPClientTransport {
    if (this.ownBase) return this.ownBase;
    const { session: sessionId, version: protocolVersion } = this;
    const known = { ...(sessionId !== undefined && { sessionId }), ...(protocolVersion !== undefined && { protocolVersion }) };
    const base = new StreamableHTTPClientTransport(this.url, { fetch: this.http.fetch, ...known });
    base.onmessage = (message) => this.receiveBeside(message);
    base.onerror = (error) => this.onerror?.(error);
    base.onclose = () => this.onclose?.();
    void base.start();
    return (this.ownBase = base);
  }

  /** Has no answer: how a server refuses it changes nothing. */
  private async notify(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const { params } = message as { params?: Record<string, unknown> };
    if ('method' in message && message.method === 'notifications/cancelled') this.abandon(params?.['requestId'] as RequestId);
    await this.base.send(message, options).catch((error: Error) => this.onerror?.(error));
  }

  private async reply(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    await this.replies.send(() => this.base.send(message, options));
  }

  /** Says something in another session than this one; how a server takes it changes nothing. */
  private tell(sessionId: string, message: object): void {
    const headers = headersOf({ method: '' }, sessionId, this.version);
    const tell = () => this.http.deliver(this.path, JSON.stringify(message), headers, cancelledAfter(TOLD_MS));
    this.replies.send(tell).catch(() => undefined);
  }

  private async ask(asked: Asked, extra?: Readonly<Record<string, string>>): Promise<void> {
    const headers = Object.assign(headersOf(asked, asked.sessionId ?? this.session, this.version), extra);
    try {
      const answer = await this.post(asked, asked.text, headers);
      if (asked.method === 'initialize') this.session = answer.sessionId;
      if (answer.events) void this.readEvents(asked, answer.events);
      else this.readAnswer(asked, answer);
    } catch (error) {
      this.running.take(asked.id);
      throw error;
    }
  }

  /** Of the whole of an answer, or with no message of what is left of it. */
  private post(asked: Asked, message: string | undefined, headers: Record<string, string>): Promise<HttpAnswer> {
    const { id, sessionId } = asked;
    const cancellation = new Cancellation();
    asked.end = () => cancellation.cancel();
    this.running.set(id, { end: asked.end, sessionId });
    return this.http.ask(this.path, message, headers, cancellation);
  }

  /** @throws HttpRefusal for a status that says that the request failed, with whatever body; NotMcp for a body that is no message. */
  private readAnswer(asked: Asked, answer: HttpAnswer): void {
    const refusal = refusedBy(answer);
    // The SDK's client understands an error of the protocol.
    const error = asked.exchange ? undefined : refusal?.errorFor(asked.id);
    if (refusal && error === undefined) throw refusal;
    if (answer.status === 202) return;
    const texts = error === undefined ? messageTextsIn(answer.text) : [error];
    for (const text of texts) if (!this.receive(text, asked)) this.pace.count(0, 1);
    if (this.running.has(asked.id)) throw noAnswerIn(answer.text, answer.type);
  }

  /** Takes messages as they come. */
  private async readEvents(asked: Asked, first: AsyncIterable<Buffer>): Promise<void> {
    const { id } = asked;
    const isOver = () => !this.running.has(id);
    const after = (lastEventId: string) => this.eventsAfter(asked, lastEventId);
    let leave: NodeJS.Timeout | undefined;
    try {
      for await (const { data, bytes } of resumedEvents({ events: first, after, isOver })) {
        const isAnswer =
          data !== undefined &&
          messageTextsIn(data)
            .map((text) => this.receive(text, asked))
            .includes(true);
        if (isAnswer) leave ??= setTimeout(() => asked.end?.(), ANSWERED_MS).unref();
        else await this.pace.take(bytes, data === undefined ? 0 : 1);
        if (data !== undefined && !isAnswer) await setImmediate(); // the SDK takes an answer at once, a notification a moment later
      }
      if (!isOver()) asked.onEnd();
    } catch (error) {
      this.fail(id, error instanceof AnswerTooLarge ? TOO_LARGE : 'the connection broke');
    } finally {
      clearTimeout(leave);
    }
  }

  private async eventsAfter(asked: Asked, lastEventId: string): Promise<AsyncIterable<Buffer> | undefined> {
    const headers = { ...headersOf(asked, asked.sessionId ?? this.session, this.version), 'last-event-id': lastEventId };
    return (await this.post(asked, undefined, headers)).events;
  }

  /** Takes a message, if it is one. Returns whether it is an answer to a request that waits for one. */
  private receive(text: string, asked: Asked): boolean {
    const message = messageIn(text);
    if (!message) return false;
    if (!('method' in message)) return this.receiveAnswer(message, text, asked);
    if (!this.relay.take(message, text, asked.exchange ?? null)) this.receiveUnasked(message, asked);
    return false;
  }

  /** Some servers write the id of their answer in another way than they were sent it, and none in an error. */
  private receiveAnswer(message: Message, text: string, asked: Asked): boolean {
    const { id: given, error } = withoutNulls(message);
    const isOwn = String(given) === String(asked.id) || (given === undefined && error !== undefined);
    const id = isOwn ? asked.id : (given as RequestId);
    const isAwaited = this.running.take(id) !== undefined;
    if (!this.relay.take({ ...message, id }, text)) this.onmessage?.(readable({ ...message, id }));
    return isAwaited;
  }

  private receiveUnasked(message: Message, { exchange, sessionId }: Asked): void {
    const { id, method } = message;
    // Ids of questions are each session's own: what is asked, or taken back, in another one reaches nobody here.
    if (this.isElsewhere(sessionId)) return id === undefined ? undefined : this.tell(sessionId, answerElsewhere(message));
    if (id !== undefined && method !== 'ping') this.rememberQuestion(id as RequestId, exchange);
    this.onmessage?.(readable(message));
  }

  /** On the server's own stream, which the SDK has read. */
  private receiveBeside(message: JSONRPCMessage): void {
    const isReport = 'method' in message && this.relay.take({ ...message }, JSON.stringify(message)) === 'report';
    if (!isReport) this.onmessage?.(message);
  }

  private rememberQuestion(id: RequestId, exchange: UpstreamExchange | undefined): void {
    if (exchange && this.questions.size < QUESTIONS_MAX) this.questions.set(id, exchange);
  }

  private fail(id: RequestId, reason: string): void {
    if (!this.running.has(id)) return;
    this.abandon(id);
    if (!this.relay.fail(Number(id), new BrokenAnswer(reason))) this.onmessage?.(unusableAnswer(id, reason));
  }

  private abandon(id: RequestId): void {
    this.running.take(id)?.end();
  }
}
