import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { CallerAuthenticated } from '../../api-keys/caller-authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { hasScope } from '../../auth/access/scopes.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { HealthChecks } from '../pool/health-checks.service.js';
import { wordsOf } from '../pool/server-health.js';
import { ServerHealthDto, ServerParams } from '../server.dto.js';
import { ServersService } from '../servers.service.js';
import type { FailedCheck } from './server-checks.repository.js';
import { ServerChecks } from './server-checks.service.js';
import { ServerHistoryDto, type FailedCheckDto } from './server-history.dto.js';

/** How upstream servers are and have been. */
@ApiTags('Servers')
@Controller('servers/:id/health')
export class ServerHistoryController {
  constructor(
    private readonly servers: ServersService,
    private readonly health: HealthChecks,
    private readonly checks: ServerChecks,
  ) {}

  /** How a server is, how it was in each half hour of the last day, and why a check failed last. */
  @Get()
  @CallerAuthenticated('gateway:read')
  @ApiNotFoundResponse({ description: 'No such server', type: ErrorDto })
  async read(@CurrentPrincipal() { scopes }: Principal, @Param() { id }: ServerParams): Promise<ServerHistoryDto> {
    const mayConfigure = hasScope(scopes, 'gateway:write');
    const server = await this.servers.get(id);
    const [halfHours, failed] = await Promise.all([this.checks.of([server.id]), this.checks.lastFailed(server.id)]);
    return {
      now: ServerHealthDto.of(this.health.of(server.id), mayConfigure),
      half_hours: halfHours.get(server.id)!,
      last_error: failed ? failedCheck(failed, mayConfigure) : null,
    };
  }
}

const failedCheck = ({ at, error, words }: FailedCheck, mayConfigure: boolean): FailedCheckDto => ({
  at,
  error: (mayConfigure && words && wordsOf({ error, words })) || error,
});
