import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { hasScope } from '../../auth/access/scopes.js';
import { actorOf } from '../../auth/audit/audit-entry.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { PageQuery } from '../../rest/page.dto.js';
import { ServerParams } from '../server.dto.js';
import { ApproveToolDto, ServerToolDto, ServerToolListDto } from './server-tools.dto.js';
import { ServersService } from '../servers.service.js';
import { ToolChanges } from '../tool-changes/tool-changes.service.js';
import { ToolPins } from './tool-pins.service.js';

/** The tools that upstream servers offer, and which of them are approved. */
@ApiTags('Servers')
@Controller('servers/:id/tools')
export class ServerToolsController {
  constructor(
    private readonly servers: ServersService,
    private readonly pins: ToolPins,
    private readonly changes: ToolChanges,
  ) {}

  /** Every tool that the server has ever offered, by name. */
  @Get()
  @CallerAuthenticated('gateway:read')
  @ApiNotFoundResponse({ description: 'No such server', type: ErrorDto })
  async list(
    @CurrentPrincipal() { scopes }: Principal,
    @Param() { id }: ServerParams,
    @Query() { page, page_size }: PageQuery,
  ): Promise<ServerToolListDto> {
    const server = await this.servers.get(id);
    const { tools, total } = await this.pins.list(server.id, { limit: page_size, offset: (page - 1) * page_size });
    const mayConfigure = hasScope(scopes, 'gateway:write');
    const shown = tools.map((tool) => ServerToolDto.of(tool, this.changes.of(server.pool, tool.tool), mayConfigure));
    return { tools: shown, total, page, page_size };
  }

  /** Approves a new or changed tool, and answers with it. */
  @Post()
  @HttpCode(200)
  @CallerAuthenticated('gateway:write')
  @ApiNotFoundResponse({ description: 'No such server, or it has no such tool', type: ErrorDto })
  @ApiConflictResponse({ description: 'The tool has changed: the pin is not its current one', type: ErrorDto })
  async approve(
    @CurrentPrincipal() caller: Principal,
    @Param() { id }: ServerParams,
    @Body() { tool_name, pin }: ApproveToolDto,
  ): Promise<ServerToolDto> {
    const server = await this.servers.get(id);
    const tool = await this.pins.approve(actorOf(caller), server.id, tool_name, pin);
    return ServerToolDto.of(tool, this.changes.of(server.pool, tool_name), true);
  }
}
