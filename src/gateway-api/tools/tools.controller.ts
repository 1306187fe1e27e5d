import { Controller, Get, HttpCode, Post, Req, UseInterceptors } from '@nestjs/common';
import {
  ApiBadGatewayResponse,
  ApiBadRequestResponse,
  ApiBody,
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
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { ErrorDto } from '../../rest/error.dto.js';
import type { ToolOutcome } from '../../tools/call/tool-call.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import { ToolRunner } from '../../tools/call/tool-runner.service.js';
import { UsageInterceptor } from '../../tools/call/usage.interceptor.js';
import { CallToolDto, ToolCallResultDto } from './tool-call.dto.js';
import { ToolCallInterceptor, type ToolCallRequest } from './tool-call.interceptor.js';
import { ListedToolDto, ToolListDto } from './tool-list.dto.js';

/** The tools of MCP, over REST: the same tools, prices, limits and records. */
@ApiTags('Tools')
@Controller('tools')
export class ToolsController {
  constructor(
    private readonly catalog: ToolCatalog,
    private readonly runner: ToolRunner,
  ) {}

  /** The tools this caller may call. */
  @Get()
  @CallerAuthenticated('tools:call')
  list(@CurrentPrincipal() caller: Principal): ToolListDto {
    const tools = this.catalog.visibleTo(caller).map((entry) => ListedToolDto.of(entry));
    return { tools, total: tools.length };
  }

  /** Calls a tool. Nothing is charged for a call that was refused or whose tool failed to answer. */
  @Post('call')
  @HttpCode(200)
  @CallerAuthenticated('tools:call')
  @UseInterceptors(ToolCallInterceptor, UsageInterceptor)
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repeated call with the same key runs and costs once' })
  @ApiBody({ type: CallToolDto })
  @ApiOkResponse({ type: ToolCallResultDto })
  @ApiBadRequestResponse({ description: 'Arguments the tool cannot take', type: ErrorDto })
  @ApiPaymentRequiredResponse({ description: 'Not enough credits', type: ErrorDto })
  @ApiNotFoundResponse({ description: 'Unknown server, or unknown tool of it', type: ErrorDto })
  @ApiConflictResponse({ description: 'The Idempotency-Key was used for another call, or its call still runs', type: ErrorDto })
  @ApiUnprocessableEntityResponse({ description: 'Not a call', type: ErrorDto })
  @ApiBadGatewayResponse({ description: "The tool's backend failed", type: ErrorDto })
  @ApiServiceUnavailableResponse({ description: 'The call cannot be recorded now', type: ErrorDto })
  @ApiGatewayTimeoutResponse({ description: 'The tool did not answer in time', type: ErrorDto })
  call(@Req() request: ToolCallRequest): Promise<ToolOutcome> {
    return this.runner.run(request.toolCall);
  }
}
