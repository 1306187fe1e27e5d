import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ServerParams } from '../server.dto.js';
import { ApproveToolDto, ServerToolDto } from './server-tools.dto.js';
import { ServersService } from '../servers.service.js';
import { ToolPins } from './tool-pins.service.js';

/** What upstream servers offer, and which of it may be called. */
@ApiTags('Servers')
@Controller('servers/:id/tools')
export class ServerToolsController {
  constructor(
    private readonly servers: ServersService,
    private readonly pins: ToolPins,
  ) {}

  /** Every tool the server was seen to offer. */
  @Get()
  @CallerAuthenticated('gateway:read')
  @ApiNotFoundResponse({ description: 'No such server', type: ErrorDto })
  async list(@Param() { id }: ServerParams): Promise<ServerToolDto[]> {
    const server = await this.servers.get(id);
    return (await this.pins.list(server.id)).map((tool) => ServerToolDto.of(tool));
  }

  /** Lets a new or changed tool in, as it was looked at. */
  @Post()
  @HttpCode(200)
  @CallerAuthenticated('gateway:write')
  @ApiNotFoundResponse({ description: 'No such server, or no such tool of it', type: ErrorDto })
  @ApiConflictResponse({ description: 'The tool has changed since it was looked at', type: ErrorDto })
  async approve(@Param() { id }: ServerParams, @Body() { tool_name, pin }: ApproveToolDto): Promise<ServerToolDto[]> {
    const server = await this.servers.get(id);
    await this.pins.approve(server.id, tool_name, pin);
    return (await this.pins.list(server.id)).map((tool) => ServerToolDto.of(tool));
  }
}
