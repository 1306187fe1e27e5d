import type { FetchLike } from '@modelcontextprotocol/client';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { cancelledWith, type Cancellable } from '../../../common/concurrency/cancellation.js';
import { discard, EVENTS, headerIn, requestOver, typeOf, WholeBody, type PoolAnswer } from './answer-body.js';
import { decoded } from './content-coding.js';
import type { UnaskedPace } from '../unasked-pace.js';
import { AnswerTooLarge, eventPieces, linesIn } from './event-pieces.js';
import { ProxyRefusal, wayTo, type Way, type WayOptions } from './way-to-server.js';

export interface HttpPoolOptions extends WayOptions {
  /** Those of the server win over all others; in lower case. */
  headers: Readonly<Record<string, string>>;
  /** A request that has not been answered by then is given up. */
  timeoutMs: number;
  maxAnswerBytes: number;
  /** Judges the server's address where it is not connected to but through a proxy. Rejects when it is not allowed. */
  judge: () => Promise<void>;
  pace: UnaskedPace;
}

export interface HttpAnswer {
  status: number;
  /** Media type, without parameters, in small letters. */
  type: string;
  text: string;
  /** The body of a stream of events, in place of the text; not of a failure. */
  events?: AsyncIterable<Buffer>;
  /** Which session has begun, in the answer to `initialize`. */
  sessionId?: string | undefined;
  /** As the server says it. */
  retryAfter?: string | undefined;
}

/** A server that sends further on than this leads nowhere. */
const REDIRECTS_MAX = 3;

export interface HttpStream {
  status: number;
  /** Media type, without parameters. */
  type: string;
  location: string | undefined;
  body: PoolAnswer['body'];
  /** The body without its codings. */
  events: AsyncIterable<Buffer>;
}

interface PoolRequest {
  path: string;
  method: Dispatcher.HttpMethod;
  headers: Readonly<Record<string, string>>;
  body?: string | null;
  /** Ends it. */
  cancellation: Cancellable | undefined;
  /** How long head and body may take, each. Absent: without a limit, for a stream that the server pushes into, and where the sender limits the time. */
  timeoutMs?: number;
}

const NO_TIMEOUT = 0;

/**
 * Requests over a pool of connections to one server: a fifteenth of the cost of the global `fetch`, and bounded. Redirects are followed
 * to another path of the same origin only, so credentials go nowhere else.
 */
export class HttpPool {
  private readonly way: Way;
  private readonly headers: Readonly<Record<string, string>>;
  private judged: Promise<void> | undefined;
  /** Where the server has said that its endpoint is, by where it was before. */
  private moved: { from: string; to: string } | undefined;

  constructor(
    private readonly url: string,
    private readonly options: HttpPoolOptions,
  ) {
    this.way = wayTo(url, options);
    this.headers = { ...options.headers, ...this.way.headers };
  }

  /** For the SDK's client. Gives up what is not answered in time; GET opens a stream the server pushes into, which may be silent for ever. */
  readonly fetch: FetchLike = async (input, init = {}) => {
    await this.options.pace.take(0); // a stream that ends is opened again as soon as the server says
    const { pathname, search } = new URL(input);
    const timeoutMs = init.method === 'GET' ? NO_TIMEOUT : this.options.timeoutMs;
    return this.responseOf(
      await this.send({
        path: pathname + search,
        method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
        headers: Object.fromEntries(init.headers as Headers),
        body: (init.body as string | undefined) ?? null,
        cancellation: init.signal ? cancelledWith(init.signal) : undefined,
        timeoutMs,
      }),
    );
  };

  /**
   * A request without a time limit, since it may wait for a person; the cancellation ends it. Not by `fetch`, whose `Response` costs more
   * than all the rest. Without a message, what is left of a stream is asked for.
   */
  async ask(
    path: string,
    message: string | undefined,
    headers: Record<string, string>,
    cancellation: Cancellable,
  ): Promise<HttpAnswer> {
    const method = message === undefined ? 'GET' : 'POST';
    const answer = await this.send({ path, method, headers, body: message ?? null, cancellation });
    const { statusCode: status } = answer;
    const type = typeOf(answer);
    const [sessionId, retryAfter] = [headerIn(answer, 'mcp-session-id'), headerIn(answer, 'retry-after')];
    const known = { status, type, text: '', sessionId, retryAfter };
    const body = decoded(answer);
    if (type === EVENTS && status < 300) return { ...known, events: eventPieces(body, this.options.maxAnswerBytes) };
    return { ...known, text: await this.textOf(body) };
  }

  /** The same for what is answered by a receipt alone: of a stream nothing is read. */
  async deliver(
    path: string,
    message: string,
    headers: Record<string, string>,
    cancellation: Cancellable,
  ): Promise<Pick<HttpAnswer, 'status' | 'text'>> {
    const answer = await this.send({ path, method: 'POST', headers, body: message, cancellation });
    const { statusCode: status } = answer;
    if (typeOf(answer) !== EVENTS) return { status, text: await this.textOf(decoded(answer)) };
    discard(answer.body);
    return { status, text: '' };
  }

  /** A GET whose answer is read as it comes, and may never end; the cancellation ends it. */
  async open(path: string, headers: Record<string, string>, cancellation: Cancellable): Promise<HttpStream> {
    const answer = await this.dispatch({ path, method: 'GET', headers, cancellation });
    const { statusCode: status, body } = answer;
    return { status, type: typeOf(answer), location: headerIn(answer, 'location'), body, events: decoded(answer) };
  }

  /** Ends every request in flight. */
  close(): Promise<unknown> {
    return this.way.close();
  }

  /** By way of the proxy, if there is one. Without a time limit unless it says one. @throws ProxyRefusal, ForbiddenAddress */
  private async dispatch(request: PoolRequest): Promise<PoolAnswer> {
    const { method, body = null, cancellation, timeoutMs = NO_TIMEOUT } = request;
    const { prefix } = this.way;
    if (this.options.proxy) await (this.judged ??= this.options.judge());
    const headers = { ...request.headers, ...this.headers };
    const path = prefix + request.path;
    const options = { path, method, headers, body, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
    const answer = await this.answerTo(options, cancellation);
    if (prefix === '' || answer.statusCode !== 407) return answer;
    discard(answer.body);
    throw new ProxyRefusal(answer.statusCode);
  }

  private async answerTo(options: Dispatcher.DispatchOptions, cancellation: Cancellable | undefined): Promise<PoolAnswer> {
    try {
      return await requestOver(this.way.pool, options, { maxBytes: this.options.maxAnswerBytes, cancellation });
    } catch (error) {
      throw this.way.causeOf(error);
    }
  }

  private async send(request: PoolRequest, redirects = 0): Promise<PoolAnswer> {
    const sent = request.path === this.moved?.from ? { ...request, path: this.moved.to } : request;
    const answer = await this.dispatch(sent);
    const { statusCode } = answer;
    if (statusCode !== 307 && statusCode !== 308) return answer;
    const to = this.pathOf(headerIn(answer, 'location'), sent.path);
    if (to === undefined || redirects === REDIRECTS_MAX) return answer;
    discard(answer.body);
    this.moved = { from: request.path, to };
    return this.send(request, redirects + 1);
  }

  /** Where a redirect leads; undefined to another origin. */
  private pathOf(location: string | undefined, path: string): string | undefined {
    const from = new URL(path, this.url);
    if (location === undefined || !URL.canParse(location, from.href)) return undefined;
    const { origin, pathname, search } = new URL(location, from.href);
    return origin === from.origin ? pathname + search : undefined;
  }

  private async responseOf(answer: PoolAnswer): Promise<Response> {
    const headers = headersOf(answer.headers);
    const { statusCode: status } = answer;
    const body = decoded(answer);
    if (typeOf(answer) === EVENTS) {
      const events = Readable.from(this.paced(eventPieces(body, this.options.maxAnswerBytes)));
      return new Response(Readable.toWeb(events) as ReadableStream<Uint8Array>, { status, headers });
    }
    const text = await this.textOf(body);
    return new Response(text && ![204, 304].includes(status) ? text : null, { status, headers });
  }

  /** Nobody asked for what the server pushes. An event has two lines at least. */
  private async *paced(events: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of events) {
      yield piece;
      await this.options.pace.take(piece.length, linesIn(piece) / 2);
    }
  }

  private async textOf(body: AsyncIterable<Buffer>): Promise<string> {
    if (body instanceof WholeBody) return body.bytes.toString('utf8');
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of body) {
      size += part.length;
      if (size > this.options.maxAnswerBytes) throw new AnswerTooLarge(); // leaving the loop destroys the body
      parts.push(part);
    }
    return Buffer.concat(parts).toString('utf8');
  }
}

/** Of the body as it was sent; and what a `Headers` could not hold. */
const NOT_PASSED = /^content-(encoding|length)$/;

function headersOf(raw: PoolAnswer['headers']): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw))
    if (value !== undefined && !NOT_PASSED.test(name)) headers.set(name, String(value));
  return headers;
}
