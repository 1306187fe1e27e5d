import { Controller, Get, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiNotFoundResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { UserParams } from '../../auth/users/user.dto.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ApiPageOrFile, AskedFile, type FileFormat } from '../../rest/export/export-format.js';
import { Exports } from '../../rest/export/exports.service.js';
import { UsageHistoryDto, UsageHistoryQuery } from '../../usage/reports/usage-history.dto.js';
import { UsageQueries } from '../../usage/reports/usage-queries.service.js';
import { UsageByKeyDto, UsageDaysQuery, UsageStatsDto, UsageStatsQuery } from '../../usage/reports/usage-stats.dto.js';
import { UsageTables } from '../../usage/reports/usage-tables.service.js';
import { AdminUsage } from './admin-usage.service.js';
import { UserUsageDto } from './admin-usage.dto.js';

/** Any user's calls, for operators: whether or not they have an account, and also of one who was deleted. */
@ApiTags('Administration')
@ApiNotFoundResponse({ description: 'No such user', type: ErrorDto })
@ApiServiceUnavailableResponse({ description: 'ClickHouse is away; calls are still recorded', type: ErrorDto })
@Authenticated('admin')
@Controller('api/admin/users/:id/usage')
export class UserUsageController {
  constructor(
    private readonly admin: AdminUsage,
    private readonly usage: UsageQueries,
    private readonly tables: UsageTables,
    private readonly exports: Exports,
  ) {}

  /** A user's calls this month and today. */
  @Get()
  summary(@Param() { id }: UserParams): Promise<UserUsageDto> {
    return this.admin.userUsage(id);
  }

  /** Lists a user's calls, newest first: a page, or all of them as a file. */
  @Get('history')
  @ApiPageOrFile(UsageHistoryDto)
  async history(
    @CurrentPrincipal() who: Principal,
    @Param() { id }: UserParams,
    @Query() query: UsageHistoryQuery,
    @AskedFile() file?: FileFormat,
  ): Promise<UsageHistoryDto | StreamableFile> {
    await this.admin.requireUser(id);
    if (file) return this.exports.open(who, file, this.tables.history(id, query));
    return this.usage.history(id, query);
  }

  /** Counts a user's calls by day and by tool. */
  @Get('stats')
  @ApiPageOrFile(UsageStatsDto)
  async stats(
    @CurrentPrincipal() who: Principal,
    @Param() { id }: UserParams,
    @Query() query: UsageStatsQuery,
    @AskedFile() file?: FileFormat,
  ): Promise<UsageStatsDto | StreamableFile> {
    await this.admin.requireUser(id);
    if (file) return this.exports.open(who, file, this.tables.stats(id, query));
    return this.usage.stats(id, query);
  }

  /** Counts a user's calls by the key they were made with. */
  @Get('keys')
  async keys(@Param() { id }: UserParams, @Query() { days }: UsageDaysQuery): Promise<UsageByKeyDto> {
    await this.admin.requireUser(id);
    return this.usage.byKey(id, days);
  }
}
