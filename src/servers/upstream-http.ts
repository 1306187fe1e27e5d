import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { Readable } from 'node:stream';
import { Pool, type Dispatcher } from 'undici';
import { unusableAnswer } from './too-large-answer.js';

export interface UpstreamHttpOptions {
  headers: Readonly<Record<string, string>>;
  /** Connections to the server; further requests wait. */
  connections: number;
  connectTimeoutMs: number;
  /** A request that has not been answered by then is given up. */
  timeoutMs: number;
  maxAnswerBytes: number;
  /** Gives only addresses that may be connected to. */
  connect: object;
}

/** A stream the server pushes into belongs to no call, so it may be silent for ever. */
const NO_TIMEOUT = 0;
const REQUEST_ID = /"id":(\d+)\}$/;
const CANCELLED_ID = /"method":"notifications\/cancelled","params":\{"requestId":(\d+)/;

/**
 * `fetch` over a pool of connections to one server, for the SDK's client: a fifteenth of the cost of the global one, and
 * bounded. Redirects are not followed, so credentials go nowhere else. A stream that breaks ends with an error for its
 * request, which the SDK would leave waiting; a request that is cancelled gives back its connection.
 */
export class UpstreamHttp {
  private readonly pool: Pool;
  private readonly pending = new Map<string, AbortController>();

  constructor(
    url: string,
    private readonly options: UpstreamHttpOptions,
  ) {
    const { connections, connectTimeoutMs, connect } = options;
    this.pool = new Pool(new URL(url).origin, { connections, connect: { timeout: connectTimeoutMs, ...connect } });
  }

  readonly fetch: FetchLike = async (input, init = {}) => {
    const body = typeof init.body === 'string' ? init.body : '';
    this.abortCancelled(body);
    const id = REQUEST_ID.exec(body.slice(-40))?.[1];
    const controller = new AbortController();
    const stop = () => controller.abort();
    init.signal?.addEventListener('abort', stop);
    if (id) this.pending.set(id, controller);
    const done = () => {
      init.signal?.removeEventListener('abort', stop);
      if (id && this.pending.get(id) === controller) this.pending.delete(id);
    };
    try {
      return await this.request(new URL(input), init, { body, id, signal: controller.signal, done });
    } catch (error) {
      done();
      throw error;
    }
  };

  /** Ends every request in flight. */
  close(): Promise<void> {
    return this.pool.destroy();
  }

  private abortCancelled(body: string): void {
    const id = CANCELLED_ID.exec(body)?.[1];
    if (id) this.pending.get(id)?.abort();
  }

  private async request({ pathname, search }: URL, init: RequestInit, exchange: Exchange): Promise<Response> {
    const isStream = init.method === 'GET';
    const timeout = isStream ? NO_TIMEOUT : this.options.timeoutMs;
    const answer = await this.pool.request({
      path: pathname + search,
      method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
      headers: { ...Object.fromEntries(new Headers(init.headers as Record<string, string>)), ...this.options.headers },
      body: exchange.body || null,
      signal: exchange.signal,
      headersTimeout: timeout,
      bodyTimeout: timeout,
    });
    const headers = headersOf(answer.headers);
    const { statusCode: status } = answer;
    if (headers.get('content-type')?.startsWith('text/event-stream')) {
      return new Response(this.events(answer.body, exchange), { status, headers });
    }
    const text = await this.textOf(answer.body).finally(exchange.done);
    return new Response(text && ![204, 304].includes(status) ? text : null, { status, headers });
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

  /** The bytes of one event are bounded, those of a stream are not. */
  private events(body: Readable, { id, done }: Exchange): ReadableStream<Uint8Array> {
    const { maxAnswerBytes } = this.options;
    return Readable.toWeb(Readable.from(bounded(body, maxAnswerBytes, id, done))) as ReadableStream<Uint8Array>;
  }
}

interface Exchange {
  body: string;
  /** Of the JSON-RPC request; undefined for notifications and the server's own stream. */
  id: string | undefined;
  signal: AbortSignal;
  done: () => void;
}

class AnswerTooLarge extends Error {
  override readonly message = 'its answer is too large';
}

async function* bounded(body: Readable, maxBytes: number, id: string | undefined, done: () => void) {
  let size = 0;
  let resumable = false;
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      const event = part.lastIndexOf('\n\n');
      size = event === -1 ? size + part.length : part.length - event;
      if (size > maxBytes) throw new AnswerTooLarge();
      resumable ||= part.includes('id:');
      yield part;
    }
    // A stream without event ids cannot be taken up again; where it held the answer, the error finds nobody waiting.
    if (id && !resumable) yield lastEvent(id, 'it ended its answer early');
  } catch (error) {
    if (id) yield lastEvent(id, error instanceof AnswerTooLarge ? error.message : 'the connection broke');
  } finally {
    done();
  }
}

const lastEvent = (id: string, reason: string): Buffer =>
  Buffer.from(`\n\nevent: message\ndata: ${JSON.stringify(unusableAnswer(Number(id), reason))}\n\n`);

function headersOf(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) if (value !== undefined) headers.set(name, String(value));
  return headers;
}
