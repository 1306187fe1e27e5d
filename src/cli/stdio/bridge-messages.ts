import { isId, mayBeRounded, textsIn } from '../../common/json-rpc/message-texts.js';
import { parsed } from './bridge-connection.js';
import type { BridgeMessage } from './session-replay.js';

/** JSON-RPC: implementation-defined server error. */
export const BRIDGE_ERROR = -32_000;
export const INVALID_REQUEST = -32_600;
export const PARSE_ERROR = -32_700;
const SUBSCRIPTION_META = 'io.modelcontextprotocol/subscriptionId';

/** Neither a notification nor an answer to a question. Of a batch (MCP 2025-03-26) the answer comes as one, or not at all. */
export function expectsAnswer(message: BridgeMessage): boolean {
  if (message.method !== undefined) return message.id !== undefined;
  return !('result' in message || 'error' in message);
}

/** The answer as one line, its numbers as they are; undefined when it is not the gateway's JSON, such as a proxy's page. */
export const oneLine = (text: string): string | undefined => (parsed(text) ? text.replace(/[\r\n]+/g, ' ') : undefined);

/** A message's id as JSON, as its line has it; `null` of one without. */
export function idOf({ id }: BridgeMessage, line: string): string {
  return (mayBeRounded(id) ? textsIn(line)[0]?.id : undefined) ?? JSON.stringify(isId(id) ? id : null);
}

/** The id of the request that a notification cancels, likewise. */
export function cancelledIn({ params }: BridgeMessage, line: string): string {
  const { requestId } = params ?? {};
  return (mayBeRounded(requestId) ? textsIn(line)[0]?.requestId : undefined) ?? JSON.stringify(requestId ?? null);
}

/** `id`: as JSON. */
export const failure = (id: string, code: number, message: string, data?: object) =>
  `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify({ code, message, data })}}`;

/** As the gateway says it to a client that listens when it stops (MCP 2026-07-28, "Subscriptions"). */
export const endOfListening = (id: string) =>
  `{"jsonrpc":"2.0","id":${id},"result":{"resultType":"complete","_meta":{"${SUBSCRIPTION_META}":${id}}}}`;
