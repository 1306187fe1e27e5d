import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../auth/principal.js';
import { traceContextOf } from '../common/trace-context.js';
import { isObject, JSON_RPC } from './json-rpc.js';
import { McpProtocolError } from './mcp-error.js';
import type { Era } from './protocol-era.js';
import type { ToolCall, ToolRequest } from '../tools/tool-call.js';
import type { ToolCallCarrier } from '../tools/usage.interceptor.js';

/** What carries a message, as far as guards and handlers ask. */
export interface McpExchange {
  readonly transport: 'http' | 'stdio';
  /** The request's; over stdio what the connection knows in their place. */
  readonly headers: IncomingHttpHeaders;
  /** Added to the response where there are headers, e.g. the rate limit. */
  readonly responseHeaders: Record<string, string>;
  readonly requestId: string;
  /** The client's address, from a trusted proxy where there is one; undefined for the process that started this one. */
  readonly address: string | undefined;
  /** A controller that aborts when the answer is no longer wanted: the caller has gone, or has cancelled. */
  abortWhenGone(): AbortController;
}

/** One message on its way to the controller: what guards put in and handlers read. */
export class McpContext implements ToolCallCarrier {
  /** Set by `ApiKeyGuard`. Absent for a caller without a key, on methods that need none. */
  principal?: Principal;
  toolCall?: ToolCall;

  constructor(
    readonly exchange: McpExchange,
    readonly era: Era,
    readonly method: string,
    readonly params: Record<string, unknown>,
  ) {}

  /** @throws McpProtocolError when the parameters are not those of `tools/call`. */
  toolRequest(): ToolRequest {
    const { name, arguments: args = {}, _meta: meta } = this.params;
    if (typeof name !== 'string') throw invalidParams('"name" must be a string');
    if (!isObject(args)) throw invalidParams('"arguments" must be an object');
    const idempotencyKey = this.idempotencyKey();
    const trace = traceContextOf(isObject(meta) ? meta : undefined, this.exchange.headers);
    return {
      name,
      arguments: args,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(trace && { trace }),
      principal: this.principal!,
      requestId: this.exchange.requestId,
      clientName: (this.era.clientName ?? this.exchange.headers['user-agent'] ?? '').slice(0, 100),
      protocolVersion: this.era.version,
      transport: this.exchange.transport,
      abort: this.exchange.abortWhenGone(),
    };
  }

  /** In `_meta` for clients that cannot set headers. */
  private idempotencyKey(): string | undefined {
    const meta = this.params['_meta'];
    const key = (isObject(meta) ? meta['tallygate/idempotencyKey'] : undefined) ?? this.exchange.headers['idempotency-key'];
    if (key === undefined) return undefined;
    if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
    throw invalidParams('the idempotency key must be 1 to 200 visible ASCII characters');
  }
}

const invalidParams = (reason: string) => new McpProtocolError(JSON_RPC.INVALID_PARAMS, `Invalid params: ${reason}`, 200);
