import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../auth/principal.js';
import { traceContextOf, type TraceContext } from '../common/trace-context.js';
import { isObject } from './json-rpc.js';
import { invalidParams } from './mcp-error.js';
import type { Era } from './protocol-era.js';
import { SILENT_CLIENT, type CallClient, type CallContext } from '../tools/call-context.js';
import type { ToolCall, ToolRequest } from '../tools/tool-call.js';
import type { CatalogTool } from '../tools/tool-catalog.service.js';
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
  /** Set by the interceptors of reads: what is read. */
  entry?: CatalogTool;
  /** The way back to the client. */
  readonly client: CallClient = SILENT_CLIENT;

  constructor(
    readonly exchange: McpExchange,
    readonly era: Era,
    readonly method: string,
    readonly params: Record<string, unknown>,
  ) {}

  /** A parameter that must be there. @throws McpProtocolError when it is not, or no text. */
  text(name: string): string {
    const value = this.params[name];
    if (typeof value !== 'string') throw invalidParams(`"${name}" must be a string`);
    return value;
  }

  /** Where a list goes on, for methods with pages. @throws McpProtocolError */
  cursor(): string | undefined {
    return this.params['cursor'] === undefined ? undefined : this.text('cursor');
  }

  /** @throws McpProtocolError when the parameters are not those of the method. */
  toolRequest(): ToolRequest {
    const idempotencyKey = this.idempotencyKey();
    return {
      ...this.called(),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...this.traced(),
      principal: this.principal!,
      requestId: this.exchange.requestId,
      client: this.client,
      abort: this.exchange.abortWhenGone(),
      clientName: (this.era.clientName ?? this.exchange.headers['user-agent'] ?? '').slice(0, 100),
      protocolVersion: this.era.version,
      transport: this.exchange.transport,
    };
  }

  /** For what is served without being a call. @throws McpProtocolError */
  callContext(): CallContext {
    const { signal } = this.exchange.abortWhenGone();
    return { ...this.traced(), principal: this.principal!, requestId: this.exchange.requestId, client: this.client, signal };
  }

  private traced(): { trace?: TraceContext } {
    const { _meta: meta } = this.params;
    const trace = traceContextOf(isObject(meta) ? meta : undefined, this.exchange.headers);
    return trace ? { trace } : {};
  }

  /** What is called, and with what: a tool by its name, or what an interceptor found to be read. */
  private called(): Pick<ToolRequest, 'name' | 'arguments' | 'entry'> {
    if (this.method === 'resources/read')
      return { name: this.method, arguments: { uri: this.params['uri'] }, entry: this.entry! };
    const { arguments: args = {} } = this.params;
    if (!isObject(args)) throw invalidParams('"arguments" must be an object');
    return { name: this.text('name'), arguments: args, ...(this.entry && { entry: this.entry }) };
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
