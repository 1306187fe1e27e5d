/** What a client sends, to the byte. */
export interface ClientRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** How long the client waits for an answer, ms. */
  patienceMs: number;
  /** When the client hangs up, whatever it might have heard later, ms. */
  hangUpMs?: number;
}

export interface ToolCallRequest {
  /** Of the call. */
  id: number;
  url: string;
  key: string;
  tool: string;
  args: object;
  idempotencyKey?: string | undefined;
  patienceMs?: number | undefined;
  hangUpMs?: number | undefined;
}

/** A client's own limit; longer than a gateway may need, shorter than it may be paused. */
const PATIENCE_MS = 6_000;
const REQUEST_ID = 'call-';

/** The name a request is recorded under. */
export const requestIdOf = (callId: number): string => REQUEST_ID + callId;
export const callIdOf = (requestId: string): number => Number(requestId.slice(REQUEST_ID.length));

/** A call of a tool over MCP, as a good client sends it. */
export function mcpCall(call: ToolCallRequest): ClientRequest {
  const { id, url, key, tool, args, idempotencyKey, hangUpMs, patienceMs = PATIENCE_MS } = call;
  const headers = {
    'content-type': 'application/json',
    'x-request-id': requestIdOf(id),
    authorization: `Bearer ${key}`,
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  };
  const body = mcpBody(JSON.stringify(tool), JSON.stringify(args));
  return { url, headers, body, patienceMs, ...(hangUpMs !== undefined && { hangUpMs }) };
}

/** Both as JSON text. */
export const mcpBody = (tool: string, args: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":${tool},"arguments":${args}}}`;
