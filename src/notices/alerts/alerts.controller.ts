import { Body, Controller, Get, Header, HttpCode, Post, Put } from '@nestjs/common';
import { ApiBadRequestResponse, ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentActor, CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { AlertsDto, AlertSecretDto, ChangedAlertsDto, SetAlertsDto, TestedAlertsDto, wayOf } from './alerts.dto.js';
import { Alerts } from './alerts.service.js';

const NOT_ENABLED = { description: 'MCP is not enabled; `detail.code` is `mcp_not_enabled`', type: ErrorDto };

/** What the holder of an account is told of their account and keys, and where. */
@ApiTags('MCP account')
@Authenticated()
@Controller('api/mcp/alerts')
export class AlertsController {
  constructor(private readonly alerts: Alerts) {}

  /** What the caller is told of, and where; never the secret of their endpoint. */
  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiNotFoundResponse(NOT_ENABLED)
  async get(@CurrentPrincipal() who: Principal): Promise<AlertsDto> {
    return AlertsDto.of(await this.alerts.show(who));
  }

  /** Changes it. The secret of a new endpoint is shown only in this answer. */
  @Put()
  @Header('Cache-Control', 'no-store')
  @ApiBadRequestResponse({ description: 'The endpoint is none that this gateway may connect to', type: ErrorDto })
  @ApiNotFoundResponse(NOT_ENABLED)
  @ApiConflictResponse({ description: 'This gateway tells nobody at an endpoint of their own', type: ErrorDto })
  async set(@CurrentActor() who: Principal, @Body() { low_balance, webhook_url }: SetAlertsDto): Promise<ChangedAlertsDto> {
    const secret = await this.alerts.change(who, { lowBalance: low_balance, url: webhook_url });
    return { ...AlertsDto.of(await this.alerts.show(who)), webhook_secret: secret ?? null };
  }

  /** Renews the secret of the caller's endpoint; the old one ends. It is shown only in this answer. */
  @Post('secret')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiNotFoundResponse(NOT_ENABLED)
  @ApiConflictResponse({ description: 'There is no endpoint', type: ErrorDto })
  async renewSecret(@CurrentActor() who: Principal): Promise<AlertSecretDto> {
    return { webhook_secret: await this.alerts.renewSecret(who) };
  }

  /** Sends the caller a test notice, at most five times an hour. */
  @Post('test')
  @HttpCode(202)
  @ApiNotFoundResponse(NOT_ENABLED)
  @ApiConflictResponse({ description: 'There is no way to tell the caller', type: ErrorDto })
  async test(@CurrentPrincipal() who: Principal): Promise<TestedAlertsDto> {
    return { told_by: (await this.alerts.test(who)).map(wayOf) };
  }
}
