import {
  deserializeMessage,
  isJSONRPCErrorResponse,
  PROTOCOL_VERSION_META_KEY,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { createParser } from 'eventsource-parser';
import { StringDecoder } from 'node:string_decoder';
import { headerText } from '../../../common/mcp-header.js';
import { NAME_PARAMETER } from '../../../tools/catalog/parameter-header.js';
import { HELD_BYTES } from './event-pieces.js';
import type { HttpAnswer } from './http-pool.js';

/** The headers of a request. Modern ones name the revision, method and tool; legacy ones the session and revision of `initialize`. */
export function headersOf(
  { method, params }: JSONRPCRequest,
  { sessionId, protocolVersion }: StreamableHTTPClientTransport,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
  };
  const claimed = versionClaimed(params);
  const version = claimed ?? protocolVersion;
  if (version !== undefined) headers['mcp-protocol-version'] = version;
  if (claimed === undefined) return headers;
  const name = params?.[NAME_PARAMETER[method] ?? ''];
  return { ...headers, 'mcp-method': method, ...(typeof name === 'string' && { 'mcp-name': headerText(name) }) };
}

/** Messages of one answer. */
const BATCH_MAX = 1_000;

const versionClaimed = (params: JSONRPCRequest['params']): string | undefined =>
  params?._meta?.[PROTOCOL_VERSION_META_KEY] as string | undefined;

/** The messages of an answer that is no stream. @throws SdkHttpError and SdkError, as the SDK does; an Error for what is no JSON-RPC. */
export function messagesOf(answer: HttpAnswer, request: JSONRPCRequest): JSONRPCMessage[] {
  const { status, type, text } = answer;
  if (status === 202) return [];
  if (status < 200 || status >= 300) return [refusalOf(answer, request)];
  if (type !== 'application/json') {
    throw new SdkError(SdkErrorCode.ClientHttpUnexpectedContent, `Unexpected content type: ${type}`, { contentType: type });
  }
  const data = JSON.parse(text) as unknown;
  if (Array.isArray(data) && data.length > BATCH_MAX) throw new Error(`an answer of more than ${BATCH_MAX} messages`);
  return Array.isArray(data) ? data.map((each) => deserializeMessage(JSON.stringify(each))) : [deserializeMessage(text)];
}

/** The JSON-RPC error of an HTTP error: modern servers refuse a request with status 400 and an error. @throws SdkHttpError */
function refusalOf({ status, text }: HttpAnswer, { id, params }: JSONRPCRequest): JSONRPCMessage {
  const message = status === 400 && versionClaimed(params) !== undefined ? errorIn(text) : undefined;
  if (message && 'id' in message && message.id === id) return message;
  const words = `Error POSTing to endpoint: ${text}`;
  throw new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, words, { status, statusText: '', text });
}

function errorIn(text: string): JSONRPCMessage | undefined {
  try {
    const message = deserializeMessage(text);
    return isJSONRPCErrorResponse(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** An event of a stream, or what came beside the events. */
export interface StreamedEvent {
  id?: string | undefined;
  /** Absent for an event without data, or of another type. */
  message?: JSONRPCMessage | undefined;
  bytes: number;
}

/** The events of a stream, as they arrive, and after those of each piece what else was in it. @throws Error for an event whose data is no JSON-RPC. */
export async function* messagesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<StreamedEvent> {
  const text = new StringDecoder('utf8');
  let ready: StreamedEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, event = 'message', data }) =>
      ready.push({ id, message: data && event === 'message' ? deserializeMessage(data) : undefined, bytes: data.length }),
  });
  let otherBytes = 0;
  for await (const chunk of chunks) {
    parser.feed(text.write(chunk));
    yield* ready;
    otherBytes += chunk.length - ready.reduce((sum, { bytes }) => sum + bytes, 0);
    if (ready.length > 0 || otherBytes > 2 * HELD_BYTES) {
      yield { bytes: Math.max(0, otherBytes) };
      otherBytes = 0; // without an event, it may be the beginning of a long one
    }
    ready = [];
  }
}
