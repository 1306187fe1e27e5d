import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../auth/principal.js';
import { isObject, JSON_RPC } from './json-rpc.js';
import { McpProtocolError } from './mcp-error.js';
import type { Era } from './protocol-era.js';
import type { ToolCall, ToolRequest } from '../tools/tool-call.js';
import type { ToolCallCarrier } from '../tools/usage.interceptor.js';

/** The HTTP exchange a message arrived in; messages of one batch share it. */
export class McpExchange {
  /** Added to the response, e.g. the rate limit. */
  readonly responseHeaders: Record<string, string> = {};
  constructor(
    readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    readonly requestId: string,
    /** The client's address, from a trusted proxy where there is one. */
    readonly address: string,
  ) {}

  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  /** A controller that aborts when the connection closes before the answer is out: the caller has gone. */
  abortWhenGone(): AbortController {
    const controller = new AbortController();
    if (this.response.destroyed) controller.abort();
    else this.response.once('close', () => this.response.writableFinished || controller.abort());
    return controller;
  }
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
    const { name, arguments: args = {} } = this.params;
    if (typeof name !== 'string') throw invalidParams('"name" must be a string');
    if (!isObject(args)) throw invalidParams('"arguments" must be an object');
    const idempotencyKey = this.idempotencyKey();
    return {
      name,
      arguments: args,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      principal: this.principal!,
      requestId: this.exchange.requestId,
      clientName: (this.era.clientName ?? this.exchange.headers['user-agent'] ?? '').slice(0, 100),
      protocolVersion: this.era.version,
      transport: 'http',
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
