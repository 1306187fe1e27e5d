import { isObject } from '../../common/json.js';

/** JSON-RPC 2.0 as MCP uses it: ids are strings or numbers, parameters an object. */
export type JsonRpcId = string | number;

export interface JsonRpcRequest {
  kind: 'request';
  id: JsonRpcId;
  /** The id as it goes into the answer, where it came as a number that JavaScript may have rounded. */
  idText?: string;
  method: string;
  params: Record<string, unknown>;
}

export interface JsonRpcNotification {
  kind: 'notification';
  method: string;
  params: Record<string, unknown>;
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
  idText?: string;
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
 * Reads one message of whatever JSON was sent. `null` is taken for what is absent, as some clients write it. `idText` finds the
 * text of its id, and is asked for few.
 */
export function parseMessage(value: unknown, idText?: () => string | undefined): JsonRpcMessage {
  const message = messageIn(value);
  if (message.kind === 'notification' || message.kind === 'reply') return message;
  const isExact = typeof message.id !== 'number' || Number.isSafeInteger(message.id);
  const text = isExact ? undefined : idText?.();
  return text === undefined ? message : { ...message, idText: text };
}

function messageIn(value: unknown): JsonRpcMessage {
  if (!isObject(value)) return invalid(null, 'a message must be an object');
  const { id, method } = value;
  const params = value['params'] ?? {};
  const known = isId(id) ? id : null;
  if (value['jsonrpc'] !== '2.0') return invalid(known, '"jsonrpc" must be "2.0"');
  if (method === undefined && known !== null && ('result' in value || 'error' in value))
    return { kind: 'reply', id: known, result: value['result'], error: value['error'] };
  if (typeof method !== 'string') return invalid(known, '"method" must be a string');
  if (!isObject(params)) return invalid(known, '"params" must be an object');
  if (id === undefined) return { kind: 'notification', method, params };
  if (known === null) return invalid(null, '"id" must be a string or a number');
  return { kind: 'request', id: known, method, params };
}

/** The id of the answer to a message, as JSON. */
export const idOf = (message: object & { id?: JsonRpcId | null; idText?: string }): string =>
  message.idText ?? JSON.stringify(message.id ?? null);

/** A message of ours, as it goes over the wire. */
export const messageOf = (message: { id?: JsonRpcId; method: string; params?: object }): string =>
  JSON.stringify({ jsonrpc: '2.0', ...message });

export const isId = (id: unknown): id is JsonRpcId => typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));

const invalid = (id: JsonRpcId | null, reason: string): InvalidMessage => ({ kind: 'invalid', id, reason });
