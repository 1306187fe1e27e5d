import { ClientCannot } from '../../tools/source/ask-client.js';
import {
  LOG_LEVELS,
  type CallClient,
  type CallInput,
  type ClientRequest,
  type LogLevel,
  type LogMessage,
  type Progress,
} from '../../tools/source/call-context.js';
import { isObject } from '../../common/json.js';
import { jsonMembers } from '../../tools/catalog/listing.js';
import { messageOf, notificationOf } from '../protocol/json-rpc.js';
import { missingSession } from '../sessions/missing-session.js';
import type { McpContext } from './mcp-context.js';
import type { McpSession } from '../sessions/mcp-session.js';

const META = 'io.modelcontextprotocol/';
/** What a legacy client hears that has not said what it wants. */
const DEFAULT_LOG_LEVEL: LogLevel = 'info';
const OTHER_REPLICA =
  'This needs to ask you something, but your session is kept by another replica: the load balancer must keep a client on one replica.';

/** The way back to a client of MCP. Made for every call, so that it does nothing before it is asked to. */
export class McpCallClient implements CallClient {
  readonly input?: CallInput;
  readonly ask?: (request: ClientRequest) => Promise<Record<string, unknown>>;

  /**
   * @param keepsSessions whether the gateway does.
   * @param input what a modern client answered to the round before.
   */
  constructor(
    private readonly context: McpContext,
    private readonly keepsSessions: boolean,
    input: CallInput | undefined,
  ) {
    const { era, session } = context;
    if (input) this.input = input;
    if (era.modern || !session) return;
    this.ask = session.isHere
      ? (request) => this.askOver(session, request)
      : () => Promise.reject(new ClientCannot(OTHER_REPLICA));
  }

  get unaskable(): string {
    return `A client of before MCP 2026-07-28 needs a session for that, ${missingSession(this.keepsSessions)}.`;
  }

  get takesRounds(): boolean {
    return this.context.era.modern;
  }

  get capabilities(): Readonly<Record<string, unknown>> {
    const { era, meta, session } = this.context;
    const declared = era.modern ? meta[`${META}clientCapabilities`] : session?.capabilities;
    return isObject(declared) ? declared : {};
  }

  get wantsProgress(): boolean {
    return this.context.progressToken !== undefined;
  }

  /** Modern clients say with every request whether they want to hear anything. */
  get logLevel(): LogLevel | undefined {
    const { era, meta, session } = this.context;
    if (!era.modern) return session?.isHere ? session.logLevel : DEFAULT_LOG_LEVEL;
    return LOG_LEVELS.find((level) => level === meta[`${META}logLevel`]);
  }

  progress({ texts, ...said }: Progress): void {
    const { progressToken } = this.context;
    if (progressToken === undefined) return;
    const params = { ...(texts ? Object.fromEntries(texts) : { progressToken, ...jsonMembers(said) }), progressToken };
    this.context.emit(notificationOf('notifications/progress', params));
  }

  log({ texts, ...said }: LogMessage): void {
    const { logLevel } = this;
    if (!logLevel || LOG_LEVELS.indexOf(said.level) < LOG_LEVELS.indexOf(logLevel)) return;
    this.context.emit(notificationOf('notifications/message', texts ? Object.fromEntries(texts) : jsonMembers({ ...said })));
  }

  /** On the call's own stream; after its end on the session's. Modern clients know no such message. */
  elicitationCompleted(elicitationId: string): void {
    const { era, session } = this.context;
    const message = messageOf({ method: 'notifications/elicitation/complete', params: { elicitationId } });
    if (!era.modern && !this.context.emit(message) && session?.isHere) session.tell(message);
  }

  private askOver({ asks }: McpSession, request: ClientRequest): Promise<Record<string, unknown>> {
    const { exchange, caller } = this.context;
    const { signal } = this.context.cancellation;
    return asks.ask(request, { signal, send: (message) => exchange.emit(message, caller) });
  }
}
