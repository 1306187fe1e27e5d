import { Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { Ctx } from '@nestjs/microservices';
import { VERSION } from '../../common/version.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import { UsageInterceptor } from '../../tools/call/usage.interceptor.js';
import { ApiKeyGuard, KeyOptional } from '../access/api-key.guard.js';
import { JSON_RPC, type JsonRpcId } from '../protocol/json-rpc.js';
import { LIST_TTL_MS, listResult } from './list-result.js';
import { McpCalls } from '../context/mcp-calls.service.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpMethod, Notifications, OtherMethods } from '../protocol/mcp-method.decorator.js';
import { checkParameterHeaders } from '../protocol/routed-headers.js';
import { McpProtocolError } from '../protocol/mcp-error.js';
import { McpExceptionFilter } from '../transport/mcp-exception.filter.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import { LEGACY_VERSIONS, MODERN_VERSIONS } from '../protocol/protocol-era.js';
import { McpSessions } from '../sessions/mcp-sessions.service.js';

const SERVER_INFO = { name: 'tallygate', title: 'Tallygate', version: VERSION };
/** What a client learns of changes, where there is a way to tell it. */
const TOLD = { listChanged: true };
const CAPABILITIES = { tools: TOLD, resources: { ...TOLD, subscribe: true }, prompts: TOLD, completions: {}, logging: {} };
/** Of a legacy client without a session. */
const SILENT_CAPABILITIES = { tools: {}, resources: {}, prompts: {}, completions: {}, logging: {} };
const INSTRUCTIONS = 'Start with list_datasets and search_symbols to learn what data there is; every call is metered.';

/** The methods of MCP that are not of resources or prompts, one handler each. */
@Controller()
@UseFilters(McpExceptionFilter)
@UseGuards(ApiKeyGuard)
export class McpController {
  constructor(
    private readonly catalog: ToolCatalog,
    private readonly calls: McpCalls,
    private readonly sessions: McpSessions,
  ) {}

  @McpMethod('initialize')
  @KeyOptional()
  initialize(@Ctx() context: McpContext) {
    const capabilities = this.beginSession(context) ? CAPABILITIES : SILENT_CAPABILITIES;
    return { protocolVersion: context.era.version, capabilities, serverInfo: SERVER_INFO, instructions: INSTRUCTIONS };
  }

  @McpMethod('server/discover')
  @KeyOptional()
  discover() {
    return {
      supportedVersions: [...MODERN_VERSIONS, ...LEGACY_VERSIONS],
      capabilities: CAPABILITIES,
      instructions: INSTRUCTIONS,
      ttlMs: LIST_TTL_MS,
      cacheScope: 'public',
      _meta: { 'io.modelcontextprotocol/serverInfo': SERVER_INFO },
    };
  }

  @McpMethod('ping')
  @KeyOptional()
  ping() {
    return {};
  }

  @McpMethod('tools/list')
  @UseGuards(McpRateLimitGuard)
  listTools(@Ctx() context: McpContext) {
    return listResult('tools', this.catalog.listFor(context.caller, context.cursor()), context.era);
  }

  @McpMethod('tools/call')
  @UseGuards(McpRateLimitGuard)
  @UseInterceptors(UsageInterceptor)
  callTool(@Ctx() context: McpContext) {
    const entry = this.catalog.get(context.text('name'), context.caller);
    const { era, exchange } = context;
    const args = context.arguments();
    if (era.modern) checkParameterHeaders(entry.tool.inputSchema, exchange.headers, args);
    return this.calls.run(context, { entry, arguments: args }, ({ result }) => result);
  }

  @Notifications()
  @KeyOptional()
  notification(@Ctx() { method, params, session }: McpContext) {
    if (method === 'notifications/cancelled' && session?.isHere) session.calls.get(params['requestId'] as JsonRpcId)?.cancel();
    return {};
  }

  @OtherMethods()
  unknownMethod(@Ctx() { era, method }: McpContext) {
    // A modern client tells an unknown method from an old server by a 404 with this body.
    throw new McpProtocolError(JSON_RPC.METHOD_NOT_FOUND, `Method not found: ${method.slice(0, 128)}`, era.modern ? 404 : 200);
  }

  /** Whether the client has a session from now on. */
  private beginSession({ exchange, callerIfKnown: caller, params }: McpContext): boolean {
    const token = caller && this.sessions.begin(caller, params);
    if (token !== undefined) exchange.responseHeaders['Mcp-Session-Id'] = token;
    return token !== undefined;
  }
}
