import { Controller, Get, Param, Query, Res, type ExecutionContext, type StreamableFile } from '@nestjs/common';
import { ApiNotFoundResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { OpenRequest } from '../../auth/access/open-answers.service.js';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ApiPageOrFile, AskedFile, type FileFormat } from '../../rest/export/export-format.js';
import { Exports } from '../../rest/export/exports.service.js';
import { AccountParams } from './admin-account.dto.js';
import { DaysBackQuery } from '../account-usage.dto.js';
import { AccountCallsDto, AccountCallsQuery, AllToolsUsageDto } from './admin-usage.dto.js';
import { AnalyticsDto, AnalyticsQuery } from './analytics.dto.js';
import { Analytics } from './analytics.service.js';
import { AllCallsDto, AllCallsQuery } from './all-calls.dto.js';
import { AdminUsage } from './admin-usage.service.js';
import { AnyCallDto } from '../../usage/reports/usage-history.dto.js';
import { AllCallsStreamQuery, ApiCallStream } from '../../usage/live/call-stream.dto.js';
import { CallStreams } from '../../usage/live/call-streams.service.js';
import { AllSeriesQuery, UsageSeriesDto } from '../../usage/reports/series/usage-series.dto.js';
import { IntegrityDto, IntegrityQuery } from '../integrity/integrity.dto.js';
import { IntegrityCheck } from '../integrity/integrity-check.service.js';

/** All users' calls and credits, for operators. */
@ApiTags('Administration')
@ApiServiceUnavailableResponse({ description: 'ClickHouse is away; calls are still recorded', type: ErrorDto })
@Authenticated('admin')
@Controller('api/admin')
export class AdminUsageController {
  constructor(
    private readonly usage: AdminUsage,
    private readonly whole: Analytics,
    private readonly integrity: IntegrityCheck,
    private readonly streams: CallStreams,
    private readonly exports: Exports,
  ) {}

  /** Totals of accounts, credits and calls; calls of a time, compared to those before, and what was refused in it. */
  @Get('mcp/analytics')
  analytics(@Query() query: AnalyticsQuery): Promise<AnalyticsDto> {
    return this.whole.read(query);
  }

  /** Counts all users' calls by tool. */
  @Get('mcp/tool-usage')
  toolUsage(@Query() { days }: DaysBackQuery): Promise<AllToolsUsageDto> {
    return this.usage.toolUsage(days);
  }

  /** Counts everybody's calls by hour or day, and how long they took; or those of a user, as one series or as several. */
  @Get('usage/timeseries')
  @ApiNotFoundResponse({ description: 'No such user or account', type: ErrorDto })
  timeseries(@Query() query: AllSeriesQuery): Promise<UsageSeriesDto> {
    return this.usage.timeseries(query);
  }

  /**
   * Lists everybody's calls of the last days, `usage.keep_recent_days`, newest first; or all of a user's. In pages that follow one another,
   * or all of them as a file.
   */
  @Get('calls')
  @ApiNotFoundResponse({ description: 'No such user', type: ErrorDto })
  @ApiPageOrFile(AllCallsDto)
  async calls(
    @CurrentPrincipal() who: Principal,
    @Query() query: AllCallsQuery,
    @AskedFile() file?: FileFormat,
  ): Promise<AllCallsDto | StreamableFile> {
    if (file) return this.exports.open(who, file, await this.usage.callsTable(query));
    return this.usage.calls(query);
  }

  /** Tells of each call of anybody as it is recorded, on whichever replica, until the caller leaves. */
  @Get('calls/stream')
  @ApiCallStream(AnyCallDto)
  stream(
    @OpenRequest() request: ExecutionContext,
    @Query() query: AllCallsStreamQuery,
    @Res() response: Response,
  ): Promise<void> {
    return this.streams.openAll(request, response, query);
  }

  /** Lists the calls of an account's user, newest first. */
  @Get('mcp/accounts/:id/tool-calls')
  @ApiNotFoundResponse({ description: 'No such account', type: ErrorDto })
  toolCalls(@Param() { id }: AccountParams, @Query() query: AccountCallsQuery): Promise<AccountCallsDto> {
    return this.usage.toolCalls(id, query);
  }

  /** Compares all books: accounts, ledger and holds; and by day the ledger, usage rows and rollup. */
  @Get('integrity')
  check(@Query() { days }: IntegrityQuery): Promise<IntegrityDto> {
    return this.integrity.check(days);
  }
}
