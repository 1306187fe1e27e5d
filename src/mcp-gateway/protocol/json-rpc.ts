import { isId, mayBeRounded, type MessageTexts } from '../../common/json-rpc/message-texts.js';
import { isObject, jsonObject, withoutNulls } from '../../common/json.js';

/** JSON-RPC 2.0 as MCP uses it: ids are strings or numbers, parameters an object. */
export type JsonRpcId = string | number;

export interface JsonRpcRequest {
  kind: 'request';
  id: JsonRpcId;
  method: string;
  params: Record<string, unknown>;
  texts?: MessageTexts;
  /** The whole message, as it came in. */
  text?: () => string;
}

export interface JsonRpcNotification {
  kind: 'notification';
  method: string;
  params: Record<string, unknown>;
  /** Of what JavaScript may have rounded. */
  texts?: MessageTexts;
}

/** A client's answer to what it was asked. */
export interface JsonRpcReply {
  kind: 'reply';
  id: JsonRpcId;
  result?: unknown;
  error?: unknown;
}

/** Not JSON-RPC. `id` where one could be read, so that the answer can name it. */
export interface InvalidMessage {
  kind: 'invalid';
  id: JsonRpcId | null;
  texts?: MessageTexts;
  reason: string;
}

export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcReply | InvalidMessage;

export const JSON_RPC = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  INTERNAL_ERROR: -32603,
} as const;

/**
 * Reads one message of whatever JSON was sent. `null` is taken for what is absent, as some clients write it, in its parameters too.
 * `texts` finds what its text says of its numbers, and is asked for few messages. `text` gives the message as it came in.
 */
export function parseMessage(value: unknown, texts?: () => MessageTexts | undefined, text?: () => string): JsonRpcMessage {
  const message = messageIn(value);
  if (text && message.kind === 'request') message.text = text;
  if (message.kind === 'reply' || !isRounded(message)) return message;
  const found = texts?.();
  return found ? { ...message, texts: found } : message;
}

/** Whether something that names a request is a number too long for JavaScript. */
function isRounded(message: Exclude<JsonRpcMessage, JsonRpcReply>): boolean {
  if (message.kind === 'invalid') return mayBeRounded(message.id);
  const { _meta: meta, requestId } = message.params;
  if (message.kind === 'notification') return mayBeRounded(requestId);
  return mayBeRounded(message.id) || (isObject(meta) && mayBeRounded(meta['progressToken']));
}

function messageIn(value: unknown): JsonRpcMessage {
  if (!isObject(value)) return invalid(null, 'a message must be an object');
  const { id } = value;
  const method = value['method'] ?? undefined;
  const params = value['params'] ?? {};
  const known = isId(id) ? id : null;
  if (value['jsonrpc'] !== '2.0') return invalid(known, '"jsonrpc" must be "2.0"');
  if (method === undefined && known !== null && ('result' in value || 'error' in value))
    return { kind: 'reply', id: known, result: value['result'], error: value['error'] };
  if (typeof method !== 'string') return invalid(known, '"method" must be a string');
  if (!isObject(params)) return invalid(known, '"params" must be an object');
  // Of a request null is an id that its client would wait for; no notification has one.
  if (id === undefined || (id === null && method.startsWith('notifications/')))
    return { kind: 'notification', method, params: given(params) };
  if (known === null) return invalid(null, '"id" must be a string or a number');
  return { kind: 'request', id: known, method, params: given(params) };
}

/** What a tool is called with is its own; everything else that is null is not given. */
function given(params: Record<string, unknown>): Record<string, unknown> {
  const all = withoutNulls(params);
  const { _meta: meta } = all;
  if (!isObject(meta)) return all;
  const given = withoutNulls(meta);
  return given === meta ? all : { ...all, _meta: given };
}

/** The id of the answer to a message, as JSON. */
export const idOf = (message: object & { id?: JsonRpcId | null; texts?: MessageTexts }): string =>
  message.texts?.id ?? JSON.stringify(message.id ?? null);

/** A message of ours, as it goes over the wire. */
export const messageOf = (message: { id?: JsonRpcId; method: string; params?: object }): string =>
  JSON.stringify({ jsonrpc: '2.0', ...message });

/** A notification of ours whose parameters are JSON already; those that are undefined are left out. */
export const notificationOf = (method: string, params: Record<string, string | undefined>): string =>
  jsonObject({ jsonrpc: '"2.0"', method: JSON.stringify(method), params: jsonObject(params) });

const invalid = (id: JsonRpcId | null, reason: string): InvalidMessage => ({ kind: 'invalid', id, reason });
