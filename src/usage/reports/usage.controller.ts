import { Controller, Get, Query, Res, type ExecutionContext, type StreamableFile } from '@nestjs/common';
import { ApiServiceUnavailableResponse, ApiTags, ApiUnprocessableEntityResponse } from '@nestjs/swagger';
import type { Response } from 'express';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { OpenRequest } from '../../auth/access/open-answers.service.js';
import { CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ApiPageOrFile, AskedFile, type FileFormat } from '../../rest/export/export-format.js';
import { Exports } from '../../rest/export/exports.service.js';
import { ApiCallStream, CallStreamQuery } from '../live/call-stream.dto.js';
import { CallStreams } from '../live/call-streams.service.js';
import { OwnSeriesQuery, UsageSeriesDto } from './series/usage-series.dto.js';
import { UsageSeries } from './series/usage-series.service.js';
import { UsageHistoryDto, UsageHistoryQuery, UsageRecordDto } from './usage-history.dto.js';
import { UsageQueries } from './usage-queries.service.js';
import { UsageByKeyDto, UsageDaysQuery, UsageStatsDto, UsageStatsQuery } from './usage-stats.dto.js';
import { UsageTables } from './usage-tables.service.js';

/** The caller's own usage. */
@ApiTags('Usage')
@ApiUnprocessableEntityResponse({ description: 'Invalid query', type: ErrorDto })
@ApiServiceUnavailableResponse({ description: 'ClickHouse is away; calls are still recorded', type: ErrorDto })
@Authenticated()
@Controller('api/mcp-usage')
export class UsageController {
  constructor(
    private readonly usage: UsageQueries,
    private readonly tables: UsageTables,
    private readonly series: UsageSeries,
    private readonly exports: Exports,
    private readonly streams: CallStreams,
  ) {}

  /** Lists the caller's calls, newest first: a page, or all of them as a file. */
  @Get('history')
  @ApiPageOrFile(UsageHistoryDto)
  history(
    @CurrentPrincipal() who: Principal,
    @Query() query: UsageHistoryQuery,
    @AskedFile() file?: FileFormat,
  ): Promise<UsageHistoryDto | StreamableFile> {
    if (file) return this.exports.open(who, file, this.tables.history(who.userId, query));
    return this.usage.history(who.userId, query);
  }

  /** Tells the caller of each of their calls as it is recorded, until they leave. */
  @Get('stream')
  @ApiCallStream(UsageRecordDto)
  stream(@OpenRequest() request: ExecutionContext, @Query() query: CallStreamQuery, @Res() response: Response): Promise<void> {
    return this.streams.openOwn(request, response, query);
  }

  /** Counts the caller's calls by day and by tool. */
  @Get('stats')
  @ApiPageOrFile(UsageStatsDto)
  stats(
    @CurrentPrincipal() who: Principal,
    @Query() query: UsageStatsQuery,
    @AskedFile() file?: FileFormat,
  ): Promise<UsageStatsDto | StreamableFile> {
    if (file) return this.exports.open(who, file, this.tables.stats(who.userId, query));
    return this.usage.stats(who.userId, query);
  }

  /** Counts the caller's calls by the key they were made with. */
  @Get('keys')
  keys(@CurrentPrincipal() { userId }: Principal, @Query() { days }: UsageDaysQuery): Promise<UsageByKeyDto> {
    return this.usage.byKey(userId, days);
  }

  /** Counts the caller's calls by hour or day, and how long they took; as one series or as several. */
  @Get('timeseries')
  timeseries(@CurrentPrincipal() { userId }: Principal, @Query() query: OwnSeriesQuery): Promise<UsageSeriesDto> {
    return this.series.read(userId, query);
  }
}
