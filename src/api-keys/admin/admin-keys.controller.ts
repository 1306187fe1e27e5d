import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiConflictResponse, ApiNotFoundResponse, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/access/authenticated.decorator.js';
import { CurrentActor } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { Unlimited } from '../../auth/access/rate-limit.guard.js';
import { ErrorDto } from '../../rest/error.dto.js';
import { BudgetChangeDto } from '../budgets/key-budget.dto.js';
import { RevokedKeyDto } from '../keys/api-key.dto.js';
import { ApiKeysService } from '../keys/api-keys.service.js';
import { KeyParams } from '../keys/key-details.dto.js';
import { AdminKeyDto, AdminKeyListDto, EndKeyDto, KeysQuery } from './admin-keys.dto.js';

/** All users' API keys, for operators. */
@ApiTags('Administration')
@Authenticated('admin')
@Controller('api/admin/keys')
export class AdminKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  /** Lists all keys, newest first, filtered by name, owner, activity, permission or how long they are unused. */
  @Get()
  async list(@Query() query: KeysQuery): Promise<AdminKeyListDto> {
    const { page, page_size, search, user_id, is_active, scope, unused_days } = query;
    const found = { text: search, userId: user_id, isActive: is_active, scope, unusedDays: unused_days };
    const { keys, total } = await this.keys.searchAll({ ...found, limit: page_size, offset: (page - 1) * page_size });
    const now = await this.keys.nowOf(keys);
    return { keys: keys.map((key, place) => AdminKeyDto.ofUser(key, now[place]!)), total, page, page_size };
  }

  /** Gives anybody's key a budget, changes it or takes it away, at once, on every replica. */
  @Patch(':id')
  @ApiNotFoundResponse({ description: 'No such key', type: ErrorDto })
  @ApiConflictResponse({ description: 'The key is revoked, expired or replaced by another', type: ErrorDto })
  async edit(@CurrentActor() who: Principal, @Param() { id }: KeyParams, @Body() body: BudgetChangeDto): Promise<AdminKeyDto> {
    const wish = { creditBudget: body.credit_budget, budgetPeriod: body.budget_period };
    const key = await this.keys.budgetOfAnybody(who, id, wish);
    const [now] = await this.keys.nowOf([key]);
    return AdminKeyDto.ofUser(key, now!);
  }

  /** Revokes anybody's key at once, on every replica, and says why. */
  @Post(':id/revoke')
  @HttpCode(200)
  @Unlimited()
  @ApiNotFoundResponse({ description: 'No such key', type: ErrorDto })
  async revoke(
    @CurrentActor() who: Principal,
    @Param() { id }: KeyParams,
    @Body() { reason }: EndKeyDto,
  ): Promise<RevokedKeyDto> {
    await this.keys.revokeOfAnybody(who, id, reason);
    return { success: true, message: 'API key revoked' };
  }
}
