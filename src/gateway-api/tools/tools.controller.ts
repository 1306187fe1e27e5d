import { Body, Controller, Get, Header, HttpCode, Post, Query, Req, Res, UseInterceptors } from '@nestjs/common';
import {
  ApiBadGatewayResponse,
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiGatewayTimeoutResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiPaymentRequiredResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiKeysService } from '../../api-keys/keys/api-keys.service.js';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { CurrentPrincipal, type AuthenticatedRequest } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ServerRegistry } from '../../servers/registry/server-registry.service.js';
import { ToolUses } from '../../usage/reports/series/tool-use.service.js';
import { ToolCalls, type FinishedCall } from '../../tools/call/tool-calls.service.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import { UsageInterceptor } from '../../tools/call/usage.interceptor.js';
import { restToolRequest, toolAt, toolCallAnswer } from './rest-tool-call.js';
import { CallToolDto, ToolCallResultDto } from './tool-call.dto.js';
import { ListedToolDto, ListToolsQuery, ToolListDto } from './tool-list.dto.js';

/** The tools of MCP, over REST: the same tools, prices, limits and records. */
@ApiTags('Tools')
@Controller('tools')
export class ToolsController {
  constructor(
    private readonly catalog: ToolCatalog,
    private readonly servers: ServerRegistry,
    private readonly calls: ToolCalls,
    private readonly keys: ApiKeysService,
    private readonly uses: ToolUses,
  ) {}

  /** The tools this caller may call, or one of their keys. */
  @Get()
  @CallerAuthenticated('tools:call')
  @ApiNotFoundResponse({ description: 'No such key, or somebody else has it', type: ErrorDto })
  async list(
    @CurrentPrincipal() caller: Principal,
    @Query() { as_key: keyId, include_usage }: ListToolsQuery,
  ): Promise<ToolListDto> {
    const callers = keyId === undefined ? [caller] : [caller, await this.keys.principalOf(caller, keyId)];
    const uses = include_usage ? await this.uses.of(caller.userId) : undefined;
    const tools = this.catalog.visibleTo(...callers).map((entry) => ListedToolDto.of(entry, uses));
    return { tools, total: tools.length };
  }

  /** Calls a tool. Nothing is charged for a call that was refused or whose backend failed. */
  @Post('call')
  @HttpCode(200)
  @Header('Content-Type', 'application/json; charset=utf-8') // of text that is JSON already
  @CallerAuthenticated('tools:call')
  @UseInterceptors(UsageInterceptor)
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeated call with the same key runs and costs once' })
  @ApiOkResponse({ type: ToolCallResultDto })
  @ApiBadRequestResponse({ description: 'Arguments the tool cannot take', type: ErrorDto })
  @ApiPaymentRequiredResponse({ description: 'Not enough credits', type: ErrorDto })
  @ApiNotFoundResponse({ description: 'Unknown server, or unknown tool of it', type: ErrorDto })
  @ApiConflictResponse({ description: 'The Idempotency-Key was used for another call, or its call still runs', type: ErrorDto })
  @ApiUnprocessableEntityResponse({ description: 'The body is not a valid tool call', type: ErrorDto })
  @ApiBadGatewayResponse({ description: "The tool's backend failed", type: ErrorDto })
  @ApiServiceUnavailableResponse({ description: 'The call cannot be recorded now', type: ErrorDto })
  @ApiGatewayTimeoutResponse({ description: 'The tool did not answer in time', type: ErrorDto })
  call(
    @Body() asked: CallToolDto,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FinishedCall<string>> {
    // One registered server, or a pool, or a built-in source: all of them are a `server_id`.
    const { pool, serverId } = this.servers.reach(asked.server_id) ?? { pool: asked.server_id };
    const entry = toolAt(this.catalog, request.principal, pool, asked.tool_name);
    const called = { entry, arguments: asked.arguments ?? {}, serverId };
    return this.calls.run(restToolRequest(request, response, called), (recorded) => toolCallAnswer(asked, recorded));
  }
}
