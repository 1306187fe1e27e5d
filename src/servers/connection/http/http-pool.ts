import type { FetchLike } from '@modelcontextprotocol/client';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
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
  /** Media type, without parameters. */
  type: string;
  text: string;
  /** The body of `text/event-stream`, in place of the text. */
  events?: AsyncIterable<Buffer>;
}

export interface HttpStream {
  status: number;
  /** Media type, without parameters. */
  type: string;
  location: string | undefined;
  body: Readable;
}

/** For a stream that the server pushes into, and for requests whose sender limits the time. */
const NO_TIMEOUT = 0;

/**
 * `fetch` over a pool of connections to one server, for the SDK's client: a fifteenth of the cost of the global one, and
 * bounded. Redirects are not followed, so credentials go nowhere else.
 */
export class HttpPool {
  private readonly way: Way;
  private readonly headers: Readonly<Record<string, string>>;
  private judged: Promise<void> | undefined;

  constructor(
    url: string,
    private readonly options: HttpPoolOptions,
  ) {
    this.way = wayTo(url, options);
    this.headers = { ...options.headers, ...this.way.headers };
  }

  /** Gives up what is not answered in time. GET opens a stream the server pushes into, which may be silent for ever. */
  readonly fetch: FetchLike = (input, init = {}) =>
    this.request(new URL(input), init, init.method === 'GET' ? NO_TIMEOUT : this.options.timeoutMs);

  /** For an answer that is taken up again: no time limit, its caller ends it. */
  readonly patientFetch: FetchLike = (input, init = {}) => this.request(new URL(input), init, NO_TIMEOUT);

  /** A request without a time limit, since it may wait for a person; the signal ends it. Not by `fetch`, whose `Response` costs more than all the rest. */
  async post(path: string, message: string, headers: Record<string, string>, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await this.ask({ path, method: 'POST', headers, body: message, signal });
    const { statusCode: status, body } = answer;
    const type = mediaTypeOf(answer);
    if (type === 'text/event-stream') return { status, type, text: '', events: eventPieces(body, this.options.maxAnswerBytes) };
    return { status, type, text: await this.textOf(body) };
  }

  /** The same for what is answered by a receipt alone: of a stream nothing is read. */
  async deliver(
    path: string,
    message: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Pick<HttpAnswer, 'status' | 'text'>> {
    const answer = await this.ask({ path, method: 'POST', headers, body: message, signal });
    const { statusCode: status, body } = answer;
    if (mediaTypeOf(answer) !== 'text/event-stream') return { status, text: await this.textOf(body) };
    discard(body);
    return { status, text: '' };
  }

  /** A GET whose answer is read as it comes, and may never end; the signal ends it. */
  async open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<HttpStream> {
    const answer = await this.ask({ path, method: 'GET', headers, signal });
    const location = answer.headers['location'];
    return {
      status: answer.statusCode,
      type: mediaTypeOf(answer),
      location: location === undefined ? undefined : String(location),
      body: answer.body,
    };
  }

  /** Ends every request in flight. */
  close(): Promise<unknown> {
    return this.way.close();
  }

  /** By way of the proxy, if there is one. Without a time limit unless it says one. @throws ProxyRefusal, ForbiddenAddress */
  private async ask(request: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
    const { pool, prefix } = this.way;
    if (this.options.proxy) await (this.judged ??= this.options.judge());
    const headers = { ...(request.headers as Record<string, string>), ...this.headers };
    const path = prefix + request.path;
    const answer = await pool.request({ headersTimeout: NO_TIMEOUT, bodyTimeout: NO_TIMEOUT, ...request, path, headers });
    if (prefix === '' || answer.statusCode !== 407) return answer;
    discard(answer.body);
    throw new ProxyRefusal(answer.statusCode);
  }

  private async request({ pathname, search }: URL, init: RequestInit, timeoutMs: number): Promise<Response> {
    await this.options.pace.take(0); // a stream that ends is opened again as soon as the server says
    const answer = await this.ask({
      path: pathname + search,
      method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
      headers: Object.fromEntries(init.headers as Headers),
      body: (init.body as string | undefined) ?? null,
      signal: init.signal ?? null,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const headers = headersOf(answer.headers);
    const { statusCode: status } = answer;
    if (headers.get('content-type')?.startsWith('text/event-stream')) {
      const events = Readable.from(this.paced(eventPieces(answer.body, this.options.maxAnswerBytes)));
      return new Response(Readable.toWeb(events) as ReadableStream<Uint8Array>, { status, headers });
    }
    const text = await this.textOf(answer.body);
    return new Response(text && ![204, 304].includes(status) ? text : null, { status, headers });
  }

  /** Nobody asked for what the server pushes. An event has two lines at least. */
  private async *paced(events: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of events) {
      yield piece;
      await this.options.pace.take(piece.length, linesIn(piece) / 2);
    }
  }

  private async textOf(body: Readable): Promise<string> {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of body as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > this.options.maxAnswerBytes) throw new AnswerTooLarge(); // leaving the loop destroys the body
      parts.push(part);
    }
    return Buffer.concat(parts).toString('utf8');
  }
}

/** Ends an answer that nobody reads. */
export const discard = (body: Readable): void => void body.on('error', () => undefined).destroy();

function mediaTypeOf({ headers }: Dispatcher.ResponseData): string {
  const [type = ''] = String(headers['content-type'] ?? '').split(';', 1);
  return type.trim();
}

function headersOf(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) if (value !== undefined) headers.set(name, String(value));
  return headers;
}
