import type { JSONRPCMessage } from '@modelcontextprotocol/client';

/** Of a JSON-RPC error that the gateway puts in the place of an answer it cannot use; the range is the implementation's own. */
export const UNUSABLE_ANSWER = -32_099;

/** An error for the request with this id, for the client to reject exactly one call. */
export function unusableAnswer(id: string | number, message: string): JSONRPCMessage {
  return { jsonrpc: '2.0', id, error: { code: UNUSABLE_ANSWER, message } };
}

/**
 * The error for a message that was dropped, if the ends of it say which request it answers. Serializers put the id first
 * or last; an id within a result is followed by more than the end of the message.
 */
export function tooLargeAnswer(head: string, tail: string): JSONRPCMessage | undefined {
  const first = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+)\s*,/.exec(head);
  const last = /,\s*"id"\s*:\s*(\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/.exec(tail);
  const id = (first ?? last)?.[1];
  return id === undefined ? undefined : unusableAnswer(Number(id), 'its answer is too large');
}
