import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../../auth/access/principal.js';
import { traceContextOf, type TraceContext } from '../../telemetry/trace-context.js';
import { McpCallClient } from './call-client.js';
import { isObject } from '../../common/is-object.js';
import { messageOf, type JsonRpcId } from '../protocol/json-rpc.js';
import { invalidParams } from '../protocol/mcp-error.js';
import type { Era } from '../protocol/protocol-era.js';
import type { RequestStates } from './request-states.service.js';
import type { DistantSession, McpSession } from '../sessions/mcp-session.js';
import type { Cancellation } from '../../tools/call/cancellation.js';
import type { CallClient, CallContext } from '../../tools/source/call-context.js';
import type { ToolCall, ToolRequest } from '../../tools/call/tool-call.js';
import type { CatalogTool } from '../../tools/catalog/catalog-tool.js';
import type { ToolCallCarrier } from '../../tools/call/usage.interceptor.js';

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
  /** Of stdio, whose one client has one from the beginning. */
  readonly session?: McpSession;
  /** Sends a message before the answer. False: this client or this moment does not allow it, and it was dropped. */
  emit(message: string, to: Principal): boolean;
  /**
   * Makes the answer a stream that stays open. Resolves when it should end: nobody listens any more, the key was revoked, or
   * the process stops. @throws McpProtocolError, TallygateError when the client takes no streams, or has too many.
   */
  keepOpen(to: Principal): Promise<void>;
  /** Cancelled when the answer is no longer wanted: the caller has gone, or has said so. */
  cancelledWhenGone(): Cancellation;
}

/** One message on its way to the controller: what guards put in and handlers read. */
export class McpContext implements ToolCallCarrier {
  readonly id: JsonRpcId | undefined;
  readonly method: string;
  readonly params: Record<string, unknown>;
  /** Set by `ApiKeyGuard`. Absent for a caller without a key, on methods that need none. */
  principal?: Principal;
  toolCall?: ToolCall;
  /** Set by the interceptors of reads: what is read. */
  entry?: CatalogTool;
  /** Of a legacy client that has one. Set by `ApiKeyGuard`. */
  session?: McpSession | DistantSession;
  private ownCancellation?: Cancellation;

  constructor(
    readonly exchange: McpExchange,
    readonly era: Era,
    { id, method, params }: { id?: JsonRpcId; method: string; params: Record<string, unknown> },
    readonly states: RequestStates,
  ) {
    this.id = id;
    this.method = method;
    this.params = params;
    if (exchange.session) this.session = exchange.session;
  }

  get meta(): Record<string, unknown> {
    const { _meta: meta } = this.params;
    return isObject(meta) ? meta : {};
  }

  /** Sends a message before the answer, or drops it. */
  emit(message: { id?: JsonRpcId; method: string; params?: object }): boolean {
    return this.exchange.emit(messageOf(message), this.principal!);
  }

  /** One for the whole message. A client with a session can cancel by the message's id, too. */
  get cancellation(): Cancellation {
    if (this.ownCancellation) return this.ownCancellation;
    this.ownCancellation = this.exchange.cancelledWhenGone();
    if (this.id !== undefined && this.session?.isHere) this.session.calls.set(this.id, this.ownCancellation);
    return this.ownCancellation;
  }

  /** The message is answered. */
  over(): void {
    if (!this.ownCancellation || !this.session?.isHere || this.id === undefined) return;
    if (this.session.calls.get(this.id) === this.ownCancellation) this.session.calls.delete(this.id);
  }

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

  /**
   * What is called, and with what: a tool by its name, or what an interceptor found to be read.
   * @throws McpProtocolError when the parameters are not those of the method.
   */
  toolRequest(): ToolRequest {
    const isRead = this.method === 'resources/read';
    const { arguments: args = {}, uri } = this.params;
    if (!isObject(args)) throw invalidParams('"arguments" must be an object');
    return {
      name: isRead ? this.method : this.text('name'),
      arguments: isRead ? { uri } : args,
      principal: this.principal!,
      requestId: this.exchange.requestId,
      clientName: this.clientName.slice(0, 100),
      protocolVersion: this.era.version,
      transport: this.exchange.transport,
      cancellation: this.cancellation,
      entry: this.entry,
      client: this.client(),
      trace: this.trace,
      idempotencyKey: this.idempotencyKey(),
    };
  }

  /** For what is served without being a call. @throws McpProtocolError */
  callContext(): CallContext {
    const { signal } = this.cancellation;
    return { principal: this.principal!, requestId: this.exchange.requestId, trace: this.trace, signal, client: this.client() };
  }

  /** The way back to the client. @throws McpProtocolError for answers that are none. */
  private client(): CallClient {
    return new McpCallClient(this);
  }

  private get clientName(): string {
    return this.era.clientName ?? (this.session?.clientName || this.exchange.headers['user-agent']) ?? '';
  }

  private get trace(): TraceContext | undefined {
    return traceContextOf(this.meta, this.exchange.headers);
  }

  /** In `_meta` for clients that cannot set headers. */
  private idempotencyKey(): string | undefined {
    const key = this.meta['tallygate/idempotencyKey'] ?? this.exchange.headers['idempotency-key'];
    if (key === undefined) return undefined;
    if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
    throw invalidParams('the idempotency key must be 1 to 200 visible ASCII characters');
  }
}
