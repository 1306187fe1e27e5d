import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import type { DroppedLine } from '../../common/lines/bounded-lines.js';

/** Why an answer is refused that has more bytes than the gateway takes. */
export const TOO_LARGE = 'its answer is too large';

/** Code of the JSON-RPC error that takes the place of an answer the gateway cannot use; of the range left to implementations. */
export const UNUSABLE_ANSWER = -32_099;

/** An error for the request with this id, for the client to reject exactly one call. */
export function unusableAnswer(id: string | number, message: string): JSONRPCMessage {
  return { jsonrpc: '2.0', id, error: { code: UNUSABLE_ANSWER, message } };
}

/**
 * Which request the answer is for that was dropped for its size, if its ends say so. Serializers put the id first or last; an id
 * within a result is followed by more than the end of the message.
 */
export function idOfLine({ head, tail }: DroppedLine): number | undefined {
  const first = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+)\s*,/.exec(head);
  const last = /,\s*"id"\s*:\s*(\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/.exec(tail);
  const id = (first ?? last)?.[1];
  return id === undefined ? undefined : Number(id);
}
