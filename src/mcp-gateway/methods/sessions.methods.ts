import { Injectable, UseGuards } from '@nestjs/common';
import { LOG_LEVELS, type LogLevel } from '../../tools/source/call-context.js';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import { CatalogChanges, LISTS } from './catalog-changes.service.js';
import { JSON_RPC, messageOf, type JsonRpcReply } from '../protocol/json-rpc.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpMethod, OnSession } from '../protocol/mcp-method.js';
import { invalidParams, MCP_ERROR, McpProtocolError } from '../protocol/mcp-error.js';
import { unknownResource } from './read-result.js';
import { WATCHES_MAX, type McpSession } from '../sessions/mcp-session.js';
import { missingSession } from '../sessions/missing-session.js';
import { McpSessions } from '../sessions/mcp-sessions.service.js';

/** What legacy clients do with a session. Answers to our questions, and the end, are always welcome: they do not count. */
@Injectable()
@UseGuards(ApiKeyGuard)
export class SessionsMethods {
  constructor(
    private readonly sessions: McpSessions,
    private readonly changes: CatalogChanges,
  ) {}

  /** Without a session there is nothing to remember it in; the client hears what all do. */
  @McpMethod('logging/setLevel')
  @UseGuards(McpRateLimitGuard)
  setLevel({ params: { level }, session }: McpContext) {
    if (!(LOG_LEVELS as readonly unknown[]).includes(level))
      throw invalidParams(`"level" must be one of ${LOG_LEVELS.join(', ')}`);
    if (session?.isHere) session.logLevel = level as LogLevel;
    return {};
  }

  @McpMethod('resources/subscribe')
  @UseGuards(McpRateLimitGuard)
  subscribe(context: McpContext) {
    const session = this.sessionHere(context);
    const uri = context.text('uri');
    const principal = context.caller;
    const found = this.changes.find([uri], principal);
    if (found.size === 0) throw unknownResource(uri, context.era);
    const tell = (method: string, params: object) => session.tell(messageOf({ method, params }));
    if (!session.watch(uri, () => this.changes.watch(found, { principal, tell })))
      throw invalidParams(`this session watches ${WATCHES_MAX} resources, the most it may; unsubscribe from one first`);
    return {};
  }

  @McpMethod('resources/unsubscribe')
  @UseGuards(McpRateLimitGuard)
  unsubscribe(context: McpContext) {
    this.sessionHere(context).unwatch(context.text('uri'));
    return {};
  }

  /** A client's answer to what it was asked. */
  @OnSession('reply')
  reply(context: McpContext) {
    if (context.session) this.sessionHere(context).asks.answer(context.params as unknown as JsonRpcReply);
    return {};
  }

  /** The session's own stream, for what belongs to no request. */
  @OnSession('stream')
  @UseGuards(McpRateLimitGuard)
  async stream(context: McpContext) {
    const session = this.sessionHere(context);
    const principal = context.caller;
    const ended = context.exchange.keepOpen(principal);
    const send = (message: string) => void context.exchange.emit(message, principal);
    const tell = (method: string) => session.tell(messageOf({ method }));
    const replaced = new Promise<void>((resolve) => {
      const leave = session.listenWith(send, resolve);
      void ended.then(leave);
    });
    const stop = this.changes.follow({ principal, lists: LISTS, tell });
    await Promise.race([ended, replaced]);
    stop();
    this.sessions.use(session);
    return {};
  }

  @OnSession('end')
  end(context: McpContext) {
    this.sessions.end(this.sessionHere(context));
    return {};
  }

  /** @throws McpProtocolError where there is no session, or another replica keeps it. */
  private sessionHere({ session }: McpContext): McpSession {
    if (!session) {
      const words = `This needs a session, ${missingSession(this.sessions.areOn)}`;
      throw new McpProtocolError(JSON_RPC.INVALID_REQUEST, words, 400);
    }
    if (session.isHere) return session;
    const words = 'Another replica keeps this session: the load balancer must keep a client on one replica';
    throw new McpProtocolError(MCP_ERROR.OTHER_REPLICA, words, 421);
  }
}
