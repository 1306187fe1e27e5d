import { Controller, Get, Header, Req, UseGuards } from '@nestjs/common';
import { ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { AuthenticatedRequest } from '../auth/access/current-principal.decorator.js';
import type { Principal } from '../auth/access/principal.js';
import { VERSION } from '../common/version.js';
import { AppConfig } from '../config/app-config.js';
import { HourlyLimits } from '../limits/hourly-limits.js';
import { ErrorDto } from '../rest/error.dto.js';
import { Tariff } from '../tariff/tariff.js';
import { MaybeCallerGuard } from './maybe-caller.guard.js';
import { mcpUrlFor } from './mcp-url.js';
import { PortalConfigDto } from './portal-config.dto.js';

/** What the portal's pages are made by. */
@ApiTags('Gateway')
@Controller('api/portal')
export class PortalConfigController {
  constructor(
    private readonly config: AppConfig,
    private readonly tariff: Tariff,
    private readonly hourly: HourlyLimits,
  ) {}

  /** How people sign in and, for those who are, how this gateway is set up. Needs no credential; any one that works will do. */
  @Get('config')
  @Header('Cache-Control', 'no-store')
  @UseGuards(MaybeCallerGuard)
  @ApiServiceUnavailableResponse({ description: 'Credentials cannot be checked right now', type: ErrorDto })
  get(@Req() request: Partial<AuthenticatedRequest> & Request): PortalConfigDto {
    const { portal, registration, auth } = this.config.values;
    const isSignedIn = request.principal !== undefined;
    return {
      version: VERSION,
      title: portal.title,
      support_url: portal.support_url ?? null,
      registration,
      auth_enabled: auth.enabled,
      password_login: true,
      sso: [],
      is_signed_in: isSignedIn,
      ...(request.principal && this.forCallers(request, request.principal)),
    };
  }

  private forCallers(request: Request, { tier, accountId }: Principal): Partial<PortalConfigDto> {
    const { credits, billing, notices, servers, usage } = this.config.values;
    const { user, session, key } = this.hourly.of(tier);
    return {
      has_account: accountId !== undefined,
      mcp_url: mcpUrlFor(request, this.config.values),
      credits_mode: credits.mode,
      billing_enabled: billing.enabled,
      user_webhooks: notices.user_webhooks,
      tiers: Object.entries(this.tariff.tiers).map(([name, monthly_credits]) => ({ name, monthly_credits })),
      tool_approval: servers.approval ?? servers.tool_approval ?? 'first_use',
      keep_months: usage.keep_months,
      limits: { user_per_hour: user, session_per_hour: session, api_key_per_hour: key },
    };
  }
}
