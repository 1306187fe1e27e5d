import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ServerParams } from '../server.dto.js';
import { ApproveToolDto, ServerToolDto } from './server-tools.dto.js';
import { ServersService } from '../servers.service.js';
import { ToolPins } from './tool-pins.service.js';

/** The tools that upstream servers offer, and which of them are approved. */
@ApiTags('Servers')
@Controller('servers/:id/tools')
export class ServerToolsController {
  constructor(
    private readonly servers: ServersService,
    private readonly pins: ToolPins,
  ) {}

  /** Every tool that the server has ever offered. */
  @Get()
  @CallerAuthenticated('gateway:read')
  @ApiNotFoundResponse({ description: 'No such server', type: ErrorDto })
  async list(@Param() { id }: ServerParams): Promise<ServerToolDto[]> {
    const server = await this.servers.get(id);
    return (await this.pins.list(server.id)).map((tool) => ServerToolDto.of(tool));
  }

  /** Approves a new or changed tool. */
  @Post()
  @HttpCode(200)
  @CallerAuthenticated('gateway:write')
  @ApiNotFoundResponse({ description: 'No such server, or it has no such tool', type: ErrorDto })
  @ApiConflictResponse({ description: 'The tool has changed: the pin is not its current one', type: ErrorDto })
  async approve(@Param() { id }: ServerParams, @Body() { tool_name, pin }: ApproveToolDto): Promise<ServerToolDto[]> {
    const server = await this.servers.get(id);
    await this.pins.approve(server.id, tool_name, pin);
    return (await this.pins.list(server.id)).map((tool) => ServerToolDto.of(tool));
  }
}
