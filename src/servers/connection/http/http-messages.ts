import { createParser, type EventSourceParser } from 'eventsource-parser';
import { StringDecoder } from 'node:string_decoder';
import { headerText, NAME_PARAMETER } from '../../../common/mcp-header.js';
import { isObject } from '../../../common/json.js';
import { membersOf } from '../../../common/json-text/json-members.js';
import { messageIn } from '../relay/incoming.js';
import { MODERN_VERSION } from '../relay/request-meta.js';
import type { Message } from '../relay/incoming.js';
import { ServerError } from '../../../tools/source/server-error.js';
import { HELD_BYTES } from './event-pieces.js';
import { EVENTS } from './answer-body.js';
import type { HttpAnswer } from './http-pool.js';

/** What of a request is said in its headers. */
export interface RequestHeaders {
  method: string;
  /** Of what it asks for, such as a tool. */
  name?: string | undefined;
  isModern?: boolean;
}

/** The headers of a request. Modern ones name the revision, method and tool; legacy ones the session and revision of `initialize`. */
export function headersOf(
  { method, name, isModern }: RequestHeaders,
  session: string | undefined,
  version: string | undefined,
): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json', accept: `application/json, ${EVENTS}` };
  if (session !== undefined) headers['mcp-session-id'] = session;
  const spoken = isModern ? MODERN_VERSION : version;
  if (spoken !== undefined) headers['mcp-protocol-version'] = spoken;
  if (!isModern) return headers;
  headers['mcp-method'] = method;
  if (name !== undefined) headers['mcp-name'] = headerText(name);
  return headers;
}

/** The name that a request of the SDK's client asks for. */
export function nameIn(method: string, params: object | undefined): string | undefined {
  const name = (params as Record<string, unknown> | undefined)?.[NAME_PARAMETER[method] ?? ''];
  return typeof name === 'string' ? name : undefined;
}

/** HTTP says that the request failed. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    /** What came with it. */
    readonly body: string,
    /** When the server wants to be asked again, if it says so. */
    readonly retryAfterSeconds?: number,
  ) {
    super(`HTTP ${status}`);
  }

  /** The JSON-RPC error in its body, if there is one: servers of 2026-07-28 answer 404 for a method they do not have. */
  get serverError(): ServerError | undefined {
    const error = this.answer?.['error'];
    return isObject(error) ? ServerError.of(error, membersOf(this.body).get('error')!) : undefined;
  }

  /** Whether that error has the number of a request, which one about the session has not. */
  get isAnswer(): boolean {
    return this.serverError !== undefined && /^\d+$/.test(String(this.answer?.['id']));
  }

  /** The same as the answer to a request. */
  errorFor(id: string | number): string | undefined {
    return this.serverError && JSON.stringify({ ...this.answer, id });
  }

  private get answer(): Message | undefined {
    return messageIn(this.body);
  }
}

/** Undefined for a status that says that all is well. */
export function refusedBy({ status, type, text, retryAfter }: HttpAnswer): HttpRefusal | undefined {
  if (status >= 200 && status < 300) return undefined;
  const body = type === EVENTS ? (/^data: ?(.*)$/m.exec(text)?.[1] ?? text) : text;
  return new HttpRefusal(status, body, secondsIn(retryAfter));
}

/** `Retry-After` is a number of seconds, or a date. */
function secondsIn(retryAfter = ''): number | undefined {
  if (/^\d{1,6}$/.test(retryAfter)) return Number(retryAfter);
  // What else `Date.parse` takes is no date of HTTP.
  const seconds = retryAfter.endsWith(' GMT') ? Math.ceil((Date.parse(retryAfter) - Date.now()) / 1_000) : NaN;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** An event of a stream, or what came beside the events. */
export interface StreamedEvent {
  id?: string | undefined;
  /** Absent for an event without data. */
  data?: string | undefined;
  bytes: number;
}

/**
 * The events of a stream, as they arrive, and after those of each piece what else was in it; in the end, however it came, what lacks
 * but the blank line behind it: without its id, since it may not be whole. `onRetry`: the server's pause, ms.
 */
export async function* eventsIn(chunks: AsyncIterable<Buffer>, onRetry: (ms: number) => void): AsyncGenerator<StreamedEvent> {
  const text = new StringDecoder('utf8');
  const ready: StreamedEvent[] = [];
  const onEvent = ({ id, data }: { id?: string | undefined; data: string }) =>
    void ready.push({ id, data: data || undefined, bytes: data.length });
  const parser = createParser({ onEvent, onRetry });
  let isBegun = false;
  const withoutMark = (said: string) => {
    const isMarked = !isBegun && said.startsWith('\ufeff');
    isBegun ||= said !== '';
    return isMarked ? said.slice(1) : said;
  };
  let otherBytes = 0;
  try {
    for await (const chunk of chunks) {
      parser.feed(withoutMark(text.write(chunk)));
      yield* ready;
      otherBytes += chunk.length - ready.reduce((sum, { bytes }) => sum + bytes, 0);
      if (ready.length > 0 || otherBytes > 2 * HELD_BYTES) {
        yield { bytes: Math.max(0, otherBytes) };
        otherBytes = 0; // without an event, it may be the beginning of a long one
      }
      ready.length = 0;
    }
  } catch (error) {
    yield* lastOf(parser, ready);
    throw error;
  }
  yield* lastOf(parser, ready);
}

function* lastOf(parser: EventSourceParser, ready: StreamedEvent[]): Generator<StreamedEvent> {
  ready.length = 0;
  parser.feed('\n\n');
  for (const { data, bytes } of ready) yield { data, bytes };
}
