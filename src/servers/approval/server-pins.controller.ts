import { Body, Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { CurrentActor, CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { actorOf } from '../../auth/audit/audit-entry.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ServerParams } from '../server.dto.js';
import { ServersService } from '../servers.service.js';
import { ApprovedPinsDto, ApprovePinsDto, ListPinsQuery, ServerPinListDto } from './server-pins.dto.js';
import { ServerPins } from './server-pins.service.js';
import { ShownTools } from './shown-tools.service.js';

/** Everything that upstream servers offer, and what of it is approved. */
@ApiTags('Servers')
@Controller('servers/:id/pins')
export class ServerPinsController {
  constructor(
    private readonly servers: ServersService,
    private readonly pins: ServerPins,
    private readonly shown: ShownTools,
  ) {}

  /**
   * Every tool, prompt, resource and resource template that the server has ever offered, and its instructions: as it is now, and as it was
   * approved. Those that cannot be offered come last.
   */
  @Get()
  @Header('Content-Type', 'application/json; charset=utf-8') // of text that is JSON already
  @CallerAuthenticated('gateway:read')
  @ApiOkResponse({ type: ServerPinListDto })
  @ApiNotFoundResponse({ description: 'No such server', type: ErrorDto })
  async list(
    @CurrentPrincipal() caller: Principal,
    @Param() { id }: ServerParams,
    @Query() query: ListPinsQuery,
  ): Promise<string> {
    return this.shown.pinsPage(await this.servers.get(id), caller, query);
  }

  /** Approves new or changed definitions, all of them or none. */
  @Post()
  @HttpCode(200)
  @CallerAuthenticated('gateway:write')
  @ApiNotFoundResponse({ description: 'No such server, or it offers no such thing', type: ErrorDto })
  @ApiConflictResponse({ description: 'One has changed: the pin is not its current one', type: ErrorDto })
  async approve(
    @CurrentActor() caller: Principal,
    @Param() { id }: ServerParams,
    @Body() { pins }: ApprovePinsDto,
  ): Promise<ApprovedPinsDto> {
    const server = await this.servers.get(id);
    await this.pins.approve(actorOf(caller), server.id, pins);
    return { approved: pins.length };
  }
}
