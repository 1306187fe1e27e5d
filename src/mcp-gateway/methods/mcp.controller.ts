import { Controller, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { Ctx, MessagePattern } from '@nestjs/microservices';
import { VERSION } from '../../common/version.js';
import type { ToolOutcome } from '../../tools/call/tool-call.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import { ToolRunner } from '../../tools/call/tool-runner.service.js';
import { UsageInterceptor } from '../../tools/call/usage.interceptor.js';
import { ApiKeyGuard, KeyOptional } from '../access/api-key.guard.js';
import { JSON_RPC, type JsonRpcId } from '../protocol/json-rpc.js';
import { LIST_TTL_MS, listResult } from './list-result.js';
import type { McpContext } from '../context/mcp-context.js';
import { NOTIFICATION, UNKNOWN_METHOD } from '../transport/mcp-dispatcher.js';
import { McpProtocolError } from '../protocol/mcp-error.js';
import { McpExceptionFilter } from '../transport/mcp-exception.filter.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import { ParameterHeadersGuard } from '../access/parameter-headers.guard.js';
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
    private readonly runner: ToolRunner,
    private readonly sessions: McpSessions,
  ) {}

  @MessagePattern('initialize')
  @KeyOptional()
  initialize(@Ctx() context: McpContext) {
    const capabilities = this.sessions.begin(context) ? CAPABILITIES : SILENT_CAPABILITIES;
    return { protocolVersion: context.era.version, capabilities, serverInfo: SERVER_INFO, instructions: INSTRUCTIONS };
  }

  @MessagePattern('server/discover')
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

  @MessagePattern('ping')
  @KeyOptional()
  ping() {
    return {};
  }

  @MessagePattern('tools/list')
  @UseGuards(McpRateLimitGuard)
  listTools(@Ctx() context: McpContext) {
    return listResult('tools', this.catalog.listFor(context.principal!, context.cursor()), context.era);
  }

  @MessagePattern('tools/call')
  @UseGuards(McpRateLimitGuard, ParameterHeadersGuard)
  @UseInterceptors(UsageInterceptor)
  callTool(@Ctx() context: McpContext): Promise<ToolOutcome> {
    return this.runner.run(context.toolCall!);
  }

  @MessagePattern(NOTIFICATION)
  @KeyOptional()
  notification(@Ctx() { method, params, session }: McpContext) {
    if (method === 'notifications/cancelled' && session?.isHere) session.calls.get(params['requestId'] as JsonRpcId)?.cancel();
    return {};
  }

  @MessagePattern(UNKNOWN_METHOD)
  unknownMethod(@Ctx() { era, method }: McpContext) {
    // A modern client tells an unknown method from an old server by a 404 with this body.
    throw new McpProtocolError(JSON_RPC.METHOD_NOT_FOUND, `Method not found: ${method.slice(0, 128)}`, era.modern ? 404 : 200);
  }
}
