import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Principal } from '../../auth/access/principal.js';
import { Clock } from '../../common/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { isObject } from '../../common/json.js';
import { McpProtocolError, MCP_ERROR } from '../protocol/mcp-error.js';
import { SignedTokens } from '../protocol/signed-token.js';
import { ownerOf } from '../streams/open-streams.service.js';
import { McpSession, type ClientSelf, type DistantSession } from './mcp-session.js';

export const SESSION_HEADER = 'mcp-session-id';
/** Sessions of one key, and of a user with all keys; the longest unused of them makes room. */
const SESSIONS_MAX = { ofKey: 100, ofUser: 500 };
const NAME_MAX_CHARS = 100;
/** What is kept of a client's capabilities; a token has to fit into a header. */
const CAPABILITIES = ['elicitation', 'sampling', 'roots'] as const;

interface Token extends ClientSelf {
  id: string;
  /** The process that keeps the session. */
  replica: string;
}

/**
 * Sessions of legacy clients, where the operator switched them on. The id is a signed token that says what the client can do and
 * which process keeps the rest, so that any replica can serve its calls; questions and streams need the one it names.
 */
@Injectable()
export class McpSessions implements BeforeApplicationShutdown {
  private readonly replica = randomUUID();
  private readonly sessions = new Map<string, McpSession>();
  private readonly tokens: SignedTokens;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {
    this.tokens = new SignedTokens(config.values.auth.secret_key, 'tallygate mcp session v1');
  }

  get count(): number {
    return this.sessions.size;
  }

  /** Whether the operator switched them on. */
  get areOn(): boolean {
    return this.config.values.mcp.sessions;
  }

  /** Begins a session after an `initialize` with these parameters; its token, or undefined when the caller may have none. */
  begin(caller: Principal, params: Record<string, unknown>): string | undefined {
    const owner = ownerOf(caller);
    if (!this.areOn || !this.makeRoom(caller)) return undefined;
    const self = clientSelf(params);
    const id = randomUUID();
    this.sessions.set(id, this.create(caller, self));
    const token: Token = { id, replica: this.replica, ...self };
    return this.tokens.sign(JSON.stringify(token), owner);
  }

  private create(caller: Principal, self?: ClientSelf): McpSession {
    const session = new McpSession(ownerOf(caller), caller.userId, this.config.values.mcp.ask_timeout_seconds * 1_000);
    return Object.assign(session, { ...self, usedAt: this.clock.monotonic() });
  }

  /** The session of a token. @throws McpProtocolError 404 for one that never was, is of another key, or has ended. */
  find(token: string, caller: Principal): McpSession | DistantSession {
    const { id, replica, capabilities, clientName } = this.open(token, caller);
    // An embedded database serves one process at a time: whichever other kept a session has ended.
    const mayBeElsewhere = !this.config.isAlone;
    if (replica !== this.replica && mayBeElsewhere) return { isHere: false, capabilities, clientName };
    const session = this.sessions.get(id);
    if (!session) throw unknownSession();
    if (this.isIdle(session)) {
      this.drop(id, 'The session has expired.');
      throw unknownSession();
    }
    this.use(session);
    return session;
  }

  /** Its idle time begins anew. */
  use(session: McpSession): void {
    session.usedAt = this.clock.monotonic();
  }

  /** Ends a session of this process. */
  end(session: McpSession): void {
    for (const [id, known] of this.sessions) if (known === session) this.drop(id, 'The session has ended.');
  }

  /** A person's answer could no longer arrive. */
  beforeApplicationShutdown(): void {
    for (const id of [...this.sessions.keys()]) this.drop(id, 'The gateway is stopping.');
  }

  private open(token: string, caller: Principal): Token {
    const json = this.tokens.open(token, ownerOf(caller));
    if (json === undefined) throw unknownSession();
    return JSON.parse(json) as Token;
  }

  private makeRoom(caller: Principal): boolean {
    for (const [id, session] of this.sessions) if (this.isIdle(session)) this.drop(id, 'The session has expired.');
    this.makeRoomAmong(({ owner }) => owner === ownerOf(caller), SESSIONS_MAX.ofKey, 'your key');
    this.makeRoomAmong(({ userId }) => userId === caller.userId, SESSIONS_MAX.ofUser, 'your keys');
    return this.sessions.size < this.config.values.mcp.max_sessions;
  }

  private makeRoomAmong(isOne: (session: McpSession) => boolean, most: number, whose: string): void {
    const own = [...this.sessions].filter(([, session]) => isOne(session));
    if (own.length < most) return;
    const [id] = own.reduce((a, b) => (b[1].usedAt < a[1].usedAt ? b : a));
    this.drop(id, `Newer sessions of ${whose} took its place.`);
  }

  private isIdle({ usedAt, isListening, calls }: McpSession): boolean {
    const idleMs = this.config.values.mcp.session_idle_minutes * 60_000;
    return !isListening && calls.size === 0 && this.clock.monotonic() - usedAt > idleMs;
  }

  private drop(id: string, reason: string): void {
    const session = this.sessions.get(id);
    this.sessions.delete(id);
    session?.end(reason);
  }
}

/** The client starts a new session when it sees this (MCP 2025-11-25, "Session Management"). */
const unknownSession = () =>
  new McpProtocolError(MCP_ERROR.SESSION_NOT_FOUND, 'Session not found: send initialize to begin another', 404);

function clientSelf({ capabilities, clientInfo }: Record<string, unknown>): ClientSelf {
  const said = isObject(capabilities) ? capabilities : {};
  const name = isObject(clientInfo) && typeof clientInfo['name'] === 'string' ? clientInfo['name'] : '';
  return {
    capabilities: Object.fromEntries(CAPABILITIES.filter((can) => isObject(said[can])).map((can) => [can, shallow(said[can])])),
    clientName: name.slice(0, NAME_MAX_CHARS),
  };
}

/** E.g. `{form: {}, url: {}}`: short names, of which there are few. */
const shallow = (capability: unknown) =>
  Object.fromEntries(
    Object.keys(capability as object)
      .filter((key) => key.length <= 20)
      .slice(0, 5)
      .map((key) => [key, isObject((capability as Record<string, unknown>)[key]) ? {} : true]),
  );
