import { Body, Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { CurrentActor, CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { actorOf } from '../../auth/audit/audit-entry.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { PageQuery } from '../../rest/page.dto.js';
import { ServerParams } from '../server.dto.js';
import { ServersService } from '../servers.service.js';
import { ApproveToolDto, ServerToolDto, ServerToolListDto } from './server-pins.dto.js';
import { ServerPins } from './server-pins.service.js';
import { ShownTools } from './shown-tools.service.js';

/** The tools that upstream servers offer, and which of them are approved. */
@ApiTags('Servers')
@Controller('servers/:id/tools')
export class ServerToolsController {
  constructor(
    private readonly servers: ServersService,
    private readonly pins: ServerPins,
    private readonly shown: ShownTools,
  ) {}

  /** Every tool that the server has ever offered, by name, and those that cannot be offered. */
  @Get()
  @Header('Content-Type', 'application/json; charset=utf-8') // of text that is JSON already
  @CallerAuthenticated('gateway:read')
  @ApiOkResponse({ type: ServerToolListDto })
  @ApiNotFoundResponse({ description: 'No such server', type: ErrorDto })
  async list(@CurrentPrincipal() caller: Principal, @Param() { id }: ServerParams, @Query() query: PageQuery): Promise<string> {
    return this.shown.toolsPage(await this.servers.get(id), caller, query);
  }

  /** Approves a new or changed tool, and answers with it. */
  @Post()
  @HttpCode(200)
  @Header('Content-Type', 'application/json; charset=utf-8')
  @CallerAuthenticated('gateway:write')
  @ApiOkResponse({ type: ServerToolDto })
  @ApiNotFoundResponse({ description: 'No such server, or it has no such tool', type: ErrorDto })
  @ApiConflictResponse({ description: 'The tool has changed: the pin is not its current one', type: ErrorDto })
  async approve(
    @CurrentActor() caller: Principal,
    @Param() { id }: ServerParams,
    @Body() { tool_name: name, pin }: ApproveToolDto,
  ): Promise<string> {
    const server = await this.servers.get(id);
    await this.pins.approve(actorOf(caller), server.id, [{ kind: 'tool', name, pin }]);
    return this.shown.one(server, caller, name);
  }
}
