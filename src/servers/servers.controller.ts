import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../api-keys/caller-authenticated.decorator.js';
import { CurrentActor, CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import type { Principal } from '../auth/access/principal.js';
import { actorOf } from '../auth/audit/audit-entry.js';
import { Confirmed } from '../auth/sessions/confirmation.js';
import { hasScope } from '../auth/access/scopes.js';
import { ErrorDto } from '../rest/error.dto.js';
import { EditServerDto, ListServersQuery, RegisterServerDto, ServerDto, ServerHealthDto, ServerParams } from './server.dto.js';
import { ServerChecks } from './checks/server-checks.service.js';
import { HealthChecks } from './pool/health-checks.service.js';
import type { HealthReport } from './pool/server-health.js';
import type { RegisteredServer } from './registry/registered-server.js';
import { ServerRegistry } from './registry/server-registry.service.js';
import { ServersService } from './servers.service.js';

const NO_SERVER = { description: 'No such server', type: ErrorDto };
const NOT_POSSIBLE = {
  description: 'Unknown template, or a config that does not fit it; `loc` is the path of the value',
  type: ErrorDto,
};

/** Upstream MCP servers. Source 003, "Server Management". */
@ApiTags('Servers')
@Controller('servers')
export class ServersController {
  constructor(
    private readonly servers: ServersService,
    private readonly registry: ServerRegistry,
    private readonly health: HealthChecks,
    private readonly checks: ServerChecks,
  ) {}

  /** All registered servers, in the order of registration. */
  @Get()
  @CallerAuthenticated('gateway:read')
  async list(
    @CurrentPrincipal() caller: Principal,
    @Query() { include_health, include_history }: ListServersQuery,
  ): Promise<ServerDto[]> {
    const servers = this.registry.all();
    const histories = include_history ? await this.checks.ofIfKnown(servers.map(({ id }) => id)) : undefined;
    return servers.map((server) => ({
      ...this.answer(caller, server, include_health ? this.health.of(server.id) : undefined),
      ...(histories && { history: histories.get(server.id)! }),
    }));
  }

  /**
   * Registers a server from a template of the gateway's configuration. Its name and pool stay as they are. The answer has its first
   * health, for which it waits at most 3 seconds: a server that cannot start is registered all the same, and `health.error` says why.
   */
  @Post()
  @CallerAuthenticated('gateway:write')
  @ApiBadRequestResponse(NOT_POSSIBLE)
  @ApiConflictResponse({
    description: 'The name is taken, the pool is of another template, or the limit of servers is reached',
    type: ErrorDto,
  })
  async register(
    @CurrentActor() caller: Principal,
    @Body() { template_name, name, pool, config = {}, instance_metadata = {} }: RegisterServerDto,
  ): Promise<ServerDto> {
    const registration = { templateName: template_name, name, pool, config, metadata: instance_metadata };
    const server = await this.servers.register(actorOf(caller), registration);
    return this.answer(caller, server, await this.health.first(server.id));
  }

  /** A server and its health. */
  @Get(':id')
  @CallerAuthenticated('gateway:read')
  @ApiNotFoundResponse(NO_SERVER)
  async get(@CurrentPrincipal() caller: Principal, @Param() { id }: ServerParams): Promise<ServerDto> {
    const server = await this.servers.get(id);
    return this.answer(caller, server, this.health.of(server.id));
  }

  /** Enables or disables a server, or changes its weight, config or metadata. */
  @Patch(':id')
  @CallerAuthenticated('gateway:write')
  @ApiBadRequestResponse(NOT_POSSIBLE)
  @ApiConflictResponse({ description: 'Somebody else changed the server while its secrets were kept', type: ErrorDto })
  @ApiNotFoundResponse(NO_SERVER)
  async edit(@CurrentActor() caller: Principal, @Param() { id }: ServerParams, @Body() body: EditServerDto): Promise<ServerDto> {
    const { instance_metadata: metadata, keep_secrets: keepSecrets, ...rest } = body;
    return this.answer(caller, await this.servers.edit(actorOf(caller), id, { ...rest, metadata, keepSecrets }));
  }

  /** Removes a server. Its calls in flight fail. */
  @Delete(':id')
  @HttpCode(204)
  @Confirmed()
  @CallerAuthenticated('gateway:write')
  @ApiNotFoundResponse(NO_SERVER)
  remove(@CurrentActor() caller: Principal, @Param() { id }: ServerParams): Promise<void> {
    return this.servers.remove(actorOf(caller), id);
  }

  /** Checks the health of a server now, and reads its tools again. */
  @Post(':id/check')
  @HttpCode(200)
  @CallerAuthenticated('gateway:write')
  @ApiNotFoundResponse(NO_SERVER)
  async check(@Param() { id }: ServerParams): Promise<ServerHealthDto> {
    const server = await this.servers.get(id);
    const report = await this.health.check(server.id);
    await this.checks.flush().catch(() => undefined); // so that who asks for the history now sees it; else it comes with the next ones
    return ServerHealthDto.of(report, true);
  }

  private answer({ scopes }: Principal, server: RegisteredServer, health?: HealthReport): ServerDto {
    return ServerDto.of(server, this.registry.template(server.templateName), hasScope(scopes, 'gateway:write'), health);
  }
}
