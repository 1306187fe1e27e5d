import type { FetchLike } from '@modelcontextprotocol/client';
import { Readable } from 'node:stream';
import { Pool, type Dispatcher } from 'undici';
import type { UnaskedPace } from '../unasked-pace.js';
import { AnswerTooLarge, eventPieces, linesIn } from './event-pieces.js';

export interface HttpPoolOptions {
  headers: Readonly<Record<string, string>>;
  /** Connections to the server; further requests wait. */
  connections: number;
  connectTimeoutMs: number;
  /** A request that has not been answered by then is given up. */
  timeoutMs: number;
  maxAnswerBytes: number;
  /** Options of `net.connect`, whose `lookup` gives only addresses that may be connected to. */
  connect: object;
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

/** For a stream that the server pushes into, and for requests whose sender limits the time. */
const NO_TIMEOUT = 0;

/**
 * `fetch` over a pool of connections to one server, for the SDK's client: a fifteenth of the cost of the global one, and
 * bounded. Redirects are not followed, so credentials go nowhere else.
 */
export class HttpPool {
  private readonly pool: Pool;

  constructor(
    url: string,
    private readonly options: HttpPoolOptions,
  ) {
    const { connections, connectTimeoutMs, connect } = options;
    this.pool = new Pool(new URL(url).origin, { connections, connect: { timeout: connectTimeoutMs, ...connect } });
  }

  /** Gives up what is not answered in time. GET opens a stream the server pushes into, which may be silent for ever. */
  readonly fetch: FetchLike = (input, init = {}) =>
    this.request(new URL(input), init, init.method === 'GET' ? NO_TIMEOUT : this.options.timeoutMs);

  /** For an answer that is taken up again: no time limit, its caller ends it. */
  readonly patientFetch: FetchLike = (input, init = {}) => this.request(new URL(input), init, NO_TIMEOUT);

  /** A request without a time limit, since it may wait for a person; the signal ends it. Not by `fetch`, whose `Response` costs more than all the rest. */
  async post(path: string, message: string, headers: Record<string, string>, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await this.pool.request({
      path,
      method: 'POST',
      headers: { ...headers, ...this.options.headers },
      body: message,
      signal,
      headersTimeout: NO_TIMEOUT,
      bodyTimeout: NO_TIMEOUT,
    });
    const type = String(answer.headers['content-type'] ?? '')
      .split(';', 1)[0]!
      .trim();
    const { statusCode: status, body } = answer;
    if (type === 'text/event-stream') return { status, type, text: '', events: eventPieces(body, this.options.maxAnswerBytes) };
    return { status, type, text: await this.textOf(body) };
  }

  /** Ends every request in flight. */
  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async request({ pathname, search }: URL, init: RequestInit, timeoutMs: number): Promise<Response> {
    await this.options.pace.take(0); // a stream that ends is opened again as soon as the server says
    const answer = await this.pool.request({
      path: pathname + search,
      method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
      headers: { ...Object.fromEntries(init.headers as Headers), ...this.options.headers },
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

function headersOf(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) if (value !== undefined) headers.set(name, String(value));
  return headers;
}
