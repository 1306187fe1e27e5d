import { Controller, Get, Query } from '@nestjs/common';
import { ApiServiceUnavailableResponse, ApiTags, ApiUnprocessableEntityResponse } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { UsageHistoryDto, UsageHistoryQuery } from './usage-history.dto.js';
import { UsageQueries } from './usage-queries.service.js';
import { UsageStatsDto, UsageStatsQuery } from './usage-stats.dto.js';

/** The caller's own usage. */
@ApiTags('Usage')
@ApiUnprocessableEntityResponse({ description: 'Invalid query', type: ErrorDto })
@ApiServiceUnavailableResponse({ description: 'ClickHouse is away; calls are still recorded', type: ErrorDto })
@Authenticated()
@Controller('api/mcp-usage')
export class UsageController {
  constructor(private readonly usage: UsageQueries) {}

  /** Lists the caller's calls, newest first. */
  @Get('history')
  history(@CurrentPrincipal() { userId }: Principal, @Query() query: UsageHistoryQuery): Promise<UsageHistoryDto> {
    return this.usage.history(userId, query);
  }

  /** Counts the caller's calls by day and by tool. */
  @Get('stats')
  stats(@CurrentPrincipal() { userId }: Principal, @Query() { days }: UsageStatsQuery): Promise<UsageStatsDto> {
    return this.usage.stats(userId, days);
  }
}
