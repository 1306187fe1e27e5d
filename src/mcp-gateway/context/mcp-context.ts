import type { Principal } from '../../auth/access/principal.js';
import { isObject } from '../../common/json.js';
import type { SentTexts } from '../../tools/source/call-context.js';
import type { Cancellation } from '../../common/concurrency/cancellation.js';
import { idOf, type JsonRpcId } from '../protocol/json-rpc.js';
import { membersOf } from '../../common/json-text/json-members.js';
import { isId, type MessageTexts } from '../../common/json-rpc/message-texts.js';
import { invalidParams } from '../protocol/mcp-error.js';
import type { Era } from '../protocol/protocol-era.js';
import type { McpExchange } from './mcp-exchange.js';
import type { DistantSession, McpSession } from '../sessions/mcp-session.js';

/** One message on its way to its handler, which `ApiKeyGuard` admits. */
export class McpContext {
  readonly method: string;
  readonly params: Record<string, unknown>;
  private admitted: { caller: Principal; session: McpSession | DistantSession | undefined } | undefined;
  private ownCancellation: Cancellation | undefined;
  private ownSent: SentTexts | undefined;
  private stopKeepingAlive: (() => void) | undefined;

  constructor(
    readonly exchange: McpExchange,
    readonly era: Era,
    private readonly message: {
      id?: JsonRpcId;
      method: string;
      params: Record<string, unknown>;
      texts?: MessageTexts;
      text?: () => string;
    },
  ) {
    this.method = message.method;
    this.params = message.params;
  }

  /** The message's id as JSON, as it was sent; undefined for what has none. */
  get id(): string | undefined {
    return this.message.id === undefined ? undefined : idOf(this.message);
  }

  /** The id of the request that this message speaks of, as JSON. */
  get namedId(): string | undefined {
    return this.idIn('requestId', this.params['requestId']);
  }

  /** By which the client knows the progress of its request, as JSON. */
  get progressToken(): string | undefined {
    return this.idIn('progressToken', this.meta['progressToken']);
  }

  /** The guard's decision, made once: who calls, and in which session of a legacy client. */
  admit(caller: Principal, session: McpSession | DistantSession | undefined): void {
    this.admitted = { caller, session };
  }

  /** Whose key it came with; undefined without one, which few methods allow. */
  get callerIfKnown(): Principal | undefined {
    return this.admitted?.caller;
  }

  /** @throws Error on a method that is answered without a key, when there was none. */
  get caller(): Principal {
    if (!this.admitted) throw new Error(`${this.method} was handled before its caller was known`);
    return this.admitted.caller;
  }

  get session(): McpSession | DistantSession | undefined {
    return this.admitted?.session;
  }

  get meta(): Record<string, unknown> {
    const { _meta: meta } = this.params;
    return isObject(meta) ? meta : {};
  }

  /** Sends a message before the answer, or drops it. */
  emit(message: string): boolean {
    return this.exchange.emit(message, this.caller);
  }

  /** One for the whole message. A client with a session can cancel by the message's id, too. */
  get cancellation(): Cancellation {
    if (this.ownCancellation) return this.ownCancellation;
    this.ownCancellation = this.exchange.cancelledWhenGone();
    const { session } = this;
    if (session?.isHere && this.id !== undefined) session.calls.set(this.id, this.ownCancellation);
    return this.ownCancellation;
  }

  /** From now on it may take long until it is answered. */
  keepAlive(): void {
    this.stopKeepingAlive = this.exchange.keepAlive(this.caller);
  }

  /** The message is answered. */
  over(): void {
    this.stopKeepingAlive?.();
    const { session } = this;
    if (!this.ownCancellation || !session?.isHere || this.id === undefined) return;
    if (session.calls.get(this.id) === this.ownCancellation) session.calls.delete(this.id);
  }

  /** A parameter that must be there. @throws McpProtocolError when it is not, or no text. */
  text(name: string): string {
    const value = this.params[name];
    if (value === undefined) throw invalidParams(`"${name}" is missing`);
    if (typeof value !== 'string') throw invalidParams(`"${name}" must be a string`);
    return value;
  }

  /** `arguments`, of methods that call something. @throws McpProtocolError when they are not an object. */
  arguments(): Record<string, unknown> {
    const args = this.params['arguments'] ?? {};
    if (!isObject(args)) throw invalidParams('"arguments" must be an object');
    return args;
  }

  /** What the client wrote, for what goes on as it is. */
  get sent(): SentTexts {
    return (this.ownSent ??= this.readSent());
  }

  /** Where a list goes on, for methods with pages. @throws McpProtocolError */
  cursor(): string | undefined {
    return this.params['cursor'] === undefined ? undefined : this.text('cursor');
  }

  private readSent(): SentTexts {
    const params = membersOf(membersOf(this.message.text?.() ?? '{}').get('params') ?? '{}');
    const meta = params.get('_meta');
    return { params, meta: meta?.startsWith('{') ? membersOf(meta) : new Map() };
  }

  private idIn(place: keyof MessageTexts, value: unknown): string | undefined {
    return isId(value) ? (this.message.texts?.[place] ?? JSON.stringify(value)) : undefined;
  }
}
