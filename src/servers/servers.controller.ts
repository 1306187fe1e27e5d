import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../api-keys/caller-authenticated.decorator.js';
import { ErrorDto } from '../rest/error.dto.js';
import type { HealthReport } from './pool/health-report.js';
import { EditServerDto, ListServersQuery, RegisterServerDto, ServerDto, ServerHealthDto, ServerParams } from './server.dto.js';
import { ServerHealth } from './pool/health-checks.service.js';
import type { ServerInstance } from './registry/registered-server.js';
import { ServerRegistry } from './registry/server-registry.service.js';
import { ServersService } from './servers.service.js';

const NO_SERVER = { description: 'No such server', type: ErrorDto };
const NOT_POSSIBLE = { description: 'No such template, or a config it cannot use; `loc` has the path', type: ErrorDto };

/** Upstream MCP servers. Source 003, "Server Management". */
@ApiTags('Servers')
@Controller('servers')
export class ServersController {
  constructor(
    private readonly servers: ServersService,
    private readonly registry: ServerRegistry,
    private readonly health: ServerHealth,
  ) {}

  /** Every registered server, in the order of registration. */
  @Get()
  @CallerAuthenticated('gateway:read')
  list(@Query() { include_health }: ListServersQuery): ServerDto[] {
    return this.registry.all().map((server) => this.answer(server, include_health ? this.health.of(server.id) : undefined));
  }

  /** Registers a server made from a template of the configuration. */
  @Post()
  @CallerAuthenticated('gateway:write')
  @ApiBadRequestResponse(NOT_POSSIBLE)
  @ApiConflictResponse({ description: 'As many servers as there may be', type: ErrorDto })
  async register(@Body() { template_name, config = {}, instance_metadata = {} }: RegisterServerDto): Promise<ServerDto> {
    return this.answer(await this.servers.register({ templateName: template_name, config, metadata: instance_metadata }));
  }

  /** One server and how it is. */
  @Get(':id')
  @CallerAuthenticated('gateway:read')
  @ApiNotFoundResponse(NO_SERVER)
  async get(@Param() { id }: ServerParams): Promise<ServerDto> {
    const server = await this.servers.get(id);
    return this.answer(server, this.health.of(server.id));
  }

  /** Switches a server on or off, or changes its weight, config or metadata. */
  @Patch(':id')
  @CallerAuthenticated('gateway:write')
  @ApiBadRequestResponse(NOT_POSSIBLE)
  @ApiNotFoundResponse(NO_SERVER)
  async edit(@Param() { id }: ServerParams, @Body() body: EditServerDto): Promise<ServerDto> {
    const { instance_metadata: metadata, ...rest } = body;
    return this.answer(await this.servers.edit(id, { ...rest, metadata }));
  }

  /** Removes a server. Calls it is busy with fail. */
  @Delete(':id')
  @HttpCode(204)
  @CallerAuthenticated('gateway:write')
  @ApiNotFoundResponse(NO_SERVER)
  remove(@Param() { id }: ServerParams): Promise<void> {
    return this.servers.remove(id);
  }

  /** Asks a server now how it is and what tools it has. */
  @Post(':id/check')
  @HttpCode(200)
  @CallerAuthenticated('gateway:write')
  @ApiNotFoundResponse(NO_SERVER)
  async check(@Param() { id }: ServerParams): Promise<ServerHealthDto> {
    const server = await this.servers.get(id);
    return ServerHealthDto.of(await this.health.check(server.id));
  }

  private answer(server: ServerInstance, health?: HealthReport): ServerDto {
    return ServerDto.of(server, this.registry.template(server.templateName), health);
  }
}
