import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, type StreamableFile } from '@nestjs/common';
import { ApiBadRequestResponse, ApiConflictResponse, ApiCreatedResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentActor, CurrentPrincipal } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { ApiPageOrFile, AskedFile, type FileFormat } from '../../rest/export/export-format.js';
import { Exports } from '../../rest/export/exports.service.js';
import { CreditHistoryDto, CreditHistoryQuery } from '../credit-history.dto.js';
import { CreditHistory } from '../credit-history.service.js';
import {
  AccountListDto,
  AccountParams,
  AccountsQuery,
  AddCreditsDto,
  AddedCreditsDto,
  AdminAccountDto,
  ChangeActiveDto,
  ChangeTierDto,
  OpenAccountDto,
} from './admin-account.dto.js';
import { AdminAccounts } from './admin-accounts.service.js';

const NO_ACCOUNT = { description: 'No such account', type: ErrorDto };

/** All users' accounts, for operators. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/mcp/accounts')
export class AdminAccountsController {
  constructor(
    private readonly admin: AdminAccounts,
    private readonly credits: CreditHistory,
    private readonly exports: Exports,
  ) {}

  /** Lists accounts, filtered by e-mail, name, tier, state or flags. */
  @Get()
  async list(@Query() query: AccountsQuery): Promise<AccountListDto> {
    const { accounts, total } = await this.admin.list(query);
    return {
      accounts: accounts.map((account) => AdminAccountDto.of(account)),
      total,
      page: query.page,
      page_size: query.page_size,
    };
  }

  /**
   * Opens an account for a user who has none, as if they had enabled it: with the month's credits of the default tier. Its key is shown to
   * nobody; they make a new one when they want it.
   */
  @Post()
  @ApiCreatedResponse({ type: AdminAccountDto })
  @ApiNotFoundResponse({ description: 'No such user', type: ErrorDto })
  @ApiConflictResponse({
    description: 'The user has an account or as many active keys as they may, was deleted, or is switched off',
    type: ErrorDto,
  })
  async open(@CurrentActor() who: Principal, @Body() { user_id }: OpenAccountDto): Promise<AdminAccountDto> {
    return AdminAccountDto.of(await this.admin.open(who, user_id));
  }

  /** An account. */
  @Get(':id')
  @ApiNotFoundResponse(NO_ACCOUNT)
  async one(@Param() { id }: AccountParams): Promise<AdminAccountDto> {
    return AdminAccountDto.of(await this.admin.get(id));
  }

  /** Lists an account's credit transactions, newest first, with its other changes: a page, or all transactions as a file. */
  @Get(':id/credit-history')
  @ApiPageOrFile(CreditHistoryDto)
  @ApiNotFoundResponse(NO_ACCOUNT)
  async creditHistory(
    @CurrentPrincipal() who: Principal,
    @Param() { id }: AccountParams,
    @Query() query: CreditHistoryQuery,
    @AskedFile() file?: FileFormat,
  ): Promise<CreditHistoryDto | StreamableFile> {
    await this.admin.get(id);
    if (file) return this.exports.open(who, file, this.credits.table(id));
    return this.credits.page(id, query);
  }

  /** Adds credits that do not expire, and pay first what the account owes; or takes credits back as a correction. */
  @Post(':id/add-credits')
  @HttpCode(200)
  @ApiNotFoundResponse(NO_ACCOUNT)
  @ApiConflictResponse({
    description:
      'A correction larger than the credits that no running call has reserved, or a reference booked with another amount',
    type: ErrorDto,
  })
  async addCredits(
    @CurrentActor() who: Principal,
    @Param() { id }: AccountParams,
    @Body() body: AddCreditsDto,
  ): Promise<AddedCreditsDto> {
    const { booked, balance, available, debt } = await this.admin.addCredits(who, id, body);
    const message = booked ? 'Credits added' : 'This reference was booked before; nothing has changed';
    return { success: true, message, booked, credits_balance: balance, credits_available: available, credits_debt: debt };
  }

  /** Changes an account's tier. A larger allocation applies at once, a smaller one from next month. */
  @Put(':id/tier')
  @ApiNotFoundResponse(NO_ACCOUNT)
  @ApiBadRequestResponse({ description: 'No such tier', type: ErrorDto })
  async changeTier(
    @CurrentActor() who: Principal,
    @Param() { id }: AccountParams,
    @Body() { tier }: ChangeTierDto,
  ): Promise<AdminAccountDto> {
    return AdminAccountDto.of(await this.admin.changeTier(who, id, tier));
  }

  /** Switches an account on or off. Off: every key of its user is refused at once. */
  @Put(':id/active')
  @ApiNotFoundResponse(NO_ACCOUNT)
  @ApiConflictResponse({ description: 'It would leave no active admin', type: ErrorDto })
  async setActive(
    @CurrentActor() who: Principal,
    @Param() { id }: AccountParams,
    @Body() body: ChangeActiveDto,
  ): Promise<AdminAccountDto> {
    return AdminAccountDto.of(await this.admin.setActive(who, id, body.is_active));
  }

  /** Takes an account's flags off, once somebody has looked at it. A debt stays; adding credits pays it. */
  @Delete(':id/flags')
  @ApiNotFoundResponse(NO_ACCOUNT)
  async clearFlags(@CurrentActor() who: Principal, @Param() { id }: AccountParams): Promise<AdminAccountDto> {
    return AdminAccountDto.of(await this.admin.clearFlags(who, id));
  }
}
