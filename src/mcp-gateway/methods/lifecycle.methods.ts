import { Injectable, UseGuards } from '@nestjs/common';
import { VERSION } from '../../common/version.js';
import { InstructionsCatalog } from '../../tools/catalog/instructions-catalog.service.js';
import { TASKS_EXTENSION } from '../../tools/source/server-task.js';
import { ApiKeyGuard, KeyOptional } from '../access/api-key.guard.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import type { McpContext } from '../context/mcp-context.js';
import { JSON_RPC } from '../protocol/json-rpc.js';
import { McpProtocolError } from '../protocol/mcp-error.js';
import { McpMethod, Notifications, OtherMethods } from '../protocol/mcp-method.js';
import { hasAskedTasks, LEGACY_VERSIONS, MODERN_VERSIONS } from '../protocol/protocol-era.js';
import { McpSessions } from '../sessions/mcp-sessions.service.js';
import { LIST_TTL_MS } from './list-result.js';

const SERVER_INFO = { name: 'tallygate', title: 'Tallygate', version: VERSION };
/** What a client learns of changes, where there is a way to tell it. */
const TOLD = { listChanged: true };
const CAPABILITIES = { tools: TOLD, resources: { ...TOLD, subscribe: true }, prompts: TOLD, completions: {}, logging: {} };
/** Of a legacy client without a session. */
const SILENT_CAPABILITIES = { tools: {}, resources: {}, prompts: {}, completions: {}, logging: {} };
/** Of MCP 2025-11-25, "Tasks"; and of the extensions of MCP 2026-07-28. */
const TASKS = { list: {}, cancel: {}, requests: { tools: { call: {} } } };
const EXTENSIONS = { [TASKS_EXTENSION]: {}, 'io.modelcontextprotocol/ui': {} };
const INSTRUCTIONS = 'Start with list_datasets and search_symbols to learn what data there is; every call is metered.';

/** How client and gateway come to know each other; and whatever asks for nothing that the gateway has. */
@Injectable()
@UseGuards(ApiKeyGuard)
export class LifecycleMethods {
  constructor(
    private readonly sessions: McpSessions,
    private readonly instructions: InstructionsCatalog,
  ) {}

  /** With a key it may begin a session, and counts. */
  @McpMethod('initialize')
  @KeyOptional()
  @UseGuards(McpRateLimitGuard)
  initialize(context: McpContext) {
    const known = this.beginSession(context) ? CAPABILITIES : SILENT_CAPABILITIES;
    const capabilities = hasAskedTasks(context.era) ? { ...known, tasks: TASKS } : known;
    const instructions = this.instructionsFor(context);
    return { protocolVersion: context.era.version, capabilities, serverInfo: SERVER_INFO, instructions };
  }

  @McpMethod('server/discover')
  @KeyOptional()
  discover(context: McpContext) {
    return {
      supportedVersions: [...MODERN_VERSIONS, ...LEGACY_VERSIONS],
      capabilities: { ...CAPABILITIES, extensions: EXTENSIONS },
      instructions: this.instructionsFor(context),
      ttlMs: LIST_TTL_MS,
      cacheScope: this.instructions.isEmpty ? 'public' : 'private',
      _meta: { 'io.modelcontextprotocol/serverInfo': SERVER_INFO },
    };
  }

  @McpMethod('ping')
  @KeyOptional()
  ping() {
    return {};
  }

  @Notifications()
  @KeyOptional()
  notification({ method, namedId, session }: McpContext) {
    if (method === 'notifications/cancelled' && namedId !== undefined && session?.isHere) session.calls.get(namedId)?.cancel();
    return {};
  }

  @OtherMethods()
  unknownMethod({ era, method }: McpContext) {
    // A modern client tells an unknown method from an old server by a 404 with this body.
    throw new McpProtocolError(JSON_RPC.METHOD_NOT_FOUND, `Method not found: ${method.slice(0, 128)}`, era.modern ? 404 : 200);
  }

  /** Ours; behind them those of servers, for a caller who may use these. */
  private instructionsFor({ callerIfKnown: caller }: McpContext): string {
    const theirs = caller && !this.instructions.isEmpty ? this.instructions.for(caller) : '';
    return theirs ? `${INSTRUCTIONS}\n\n${theirs}` : INSTRUCTIONS;
  }

  /** Whether the client has a session from now on. */
  private beginSession({ exchange, callerIfKnown: caller, params }: McpContext): boolean {
    const token = caller && this.sessions.begin(caller, params);
    if (token !== undefined) exchange.responseHeaders['Mcp-Session-Id'] = token;
    return token !== undefined;
  }
}
