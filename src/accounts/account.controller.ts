import { Controller, Get, Header, HttpCode, Post, Query, type StreamableFile } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Authenticated } from '../auth/access/authenticated.decorator.js';
import { CurrentActor, CurrentPrincipal } from '../auth/access/current-principal.decorator.js';
import type { Principal } from '../auth/access/principal.js';
import { actorOf } from '../auth/audit/audit-entry.js';
import { Unlimited } from '../auth/access/rate-limit.guard.js';
import { ErrorDto } from '../rest/error.dto.js';
import { ApiPageOrFile, AskedFile, type FileFormat } from '../rest/export/export-format.js';
import { Exports } from '../rest/export/exports.service.js';
import { ToolCallHistoryDto, ToolCallsQuery, UsageSummaryDto } from './account-usage.dto.js';
import { AccountUsage } from './account-usage.service.js';
import { EnabledAccountDto, OwnAccountDto, RegeneratedKeyDto } from './account.dto.js';
import { AccountsService } from './accounts.service.js';
import { CreditHistoryDto, CreditHistoryQuery } from './credit-history.dto.js';
import { CreditHistory } from './credit-history.service.js';

const NOT_ENABLED = { description: 'MCP is not enabled; `detail.code` is `mcp_not_enabled`', type: ErrorDto };
const AWAY = { description: 'ClickHouse is away; calls are still recorded', type: ErrorDto };

/** The caller's own MCP account: its key, credits and usage. */
@ApiTags('MCP account')
@Authenticated()
@Controller('api/mcp')
export class AccountController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly usage: AccountUsage,
    private readonly credits: CreditHistory,
    private readonly exports: Exports,
  ) {}

  /** The caller's account, with only the prefix of its key, and what is left of the hour's requests. */
  @Get('account')
  @ApiNotFoundResponse(NOT_ENABLED)
  async account(@CurrentPrincipal() caller: Principal): Promise<OwnAccountDto> {
    const account = await this.accounts.get(caller.userId);
    return OwnAccountDto.with(account, await this.accounts.limits(caller));
  }

  /** Opens an account with its first credits. The whole key is shown only in this answer. */
  @Post('enable')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiBadRequestResponse({ description: 'MCP is already enabled; `detail.code` is `already_enabled`', type: ErrorDto })
  @ApiConflictResponse({ description: 'Active key limit reached', type: ErrorDto })
  async enable(@CurrentActor() caller: Principal): Promise<EnabledAccountDto> {
    return EnabledAccountDto.of(await this.accounts.enable(caller.userId, actorOf(caller)));
  }

  /** Replaces the account's key; the old one is refused at once. The whole key is shown only in this answer. */
  @Post('regenerate-key')
  @HttpCode(200)
  @Unlimited()
  @Header('Cache-Control', 'no-store')
  @ApiNotFoundResponse(NOT_ENABLED)
  @ApiConflictResponse({ description: 'Very many keys were made within a day', type: ErrorDto })
  async regenerateKey(@CurrentActor() caller: Principal): Promise<RegeneratedKeyDto> {
    return RegeneratedKeyDto.of(await this.accounts.regenerateKey(caller));
  }

  /** Lists the caller's credit transactions, newest first, with their account's other changes: a page, or all transactions as a file. */
  @Get('credit-history')
  @ApiPageOrFile(CreditHistoryDto)
  @ApiNotFoundResponse(NOT_ENABLED)
  async creditHistory(
    @CurrentPrincipal() who: Principal,
    @Query() query: CreditHistoryQuery,
    @AskedFile() file?: FileFormat,
  ): Promise<CreditHistoryDto | StreamableFile> {
    const { id } = await this.accounts.require(who.userId);
    if (file) return this.exports.open(who, file, this.credits.table(id));
    return this.credits.page(id, query);
  }

  /** Lists the caller's calls, newest first. */
  @Get('usage')
  @ApiNotFoundResponse(NOT_ENABLED)
  @ApiServiceUnavailableResponse(AWAY)
  history(@CurrentPrincipal() { userId }: Principal, @Query() query: ToolCallsQuery): Promise<ToolCallHistoryDto> {
    return this.usage.history(userId, query);
  }

  /** Credits, and the calls of this month and today. */
  @Get('usage/summary')
  @ApiNotFoundResponse(NOT_ENABLED)
  @ApiServiceUnavailableResponse(AWAY)
  summary(@CurrentPrincipal() { userId }: Principal): Promise<UsageSummaryDto> {
    return this.usage.summary(userId);
  }
}
