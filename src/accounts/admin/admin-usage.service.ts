import { Injectable } from '@nestjs/common';
import { UsersService } from '../../auth/users/users.service.js';
import { TallygateError } from '../../common/tallygate-error.js';
import type { Table } from '../../rest/export/table.js';
import type { AnyCallDto } from '../../usage/reports/usage-history.dto.js';
import { refuseQuery, UsageQueries } from '../../usage/reports/usage-queries.service.js';
import { UsageReports } from '../../usage/reports/usage-reports.service.js';
import type { AllSeriesQuery, UsageSeriesDto } from '../../usage/reports/series/usage-series.dto.js';
import { UsageSeries } from '../../usage/reports/series/usage-series.service.js';
import { UsageTables } from '../../usage/reports/usage-tables.service.js';
import { ToolCallDto, ToolShareDto } from '../account-usage.dto.js';
import { AccountReportsRepository } from './account-reports.repository.js';
import type { AllCallsDto, AllCallsQuery } from './all-calls.dto.js';
import { AdminAccounts } from './admin-accounts.service.js';
import {
  TimedToolUsageRowDto,
  type AccountCallsDto,
  type AccountCallsQuery,
  type AllToolsUsageDto,
  type UserUsageDto,
} from './admin-usage.dto.js';
import { usageTotals } from '../usage-totals.js';

/** Operators' view of all users' calls and credits. */
@Injectable()
export class AdminUsage {
  constructor(
    private readonly accounts: AdminAccounts,
    private readonly reports: AccountReportsRepository,
    private readonly usage: UsageReports,
    private readonly queries: UsageQueries,
    private readonly tables: UsageTables,
    private readonly series: UsageSeries,
    private readonly users: UsersService,
  ) {}

  /** @throws UNAVAILABLE when ClickHouse is away. */
  async toolUsage(days: number): Promise<AllToolsUsageDto> {
    const tools = await this.usage.tools(days);
    const { calls, credits, successRate, avgLatencyMs } = usageTotals(tools);
    const totals = { total_calls: calls, total_credits: credits, success_rate: successRate, avg_latency_ms: avgLatencyMs };
    return { period_days: days, ...totals, tools: tools.map((tool) => TimedToolUsageRowDto.of(tool)) };
  }

  /**
   * All stored calls of the account's user.
   * @throws NOT_FOUND, UNAVAILABLE when ClickHouse is away
   */
  async toolCalls(accountId: number, { page, page_size, api_key_id }: AccountCallsQuery): Promise<AccountCallsDto> {
    const { userId } = await this.accounts.get(accountId);
    const range = { limit: page_size, offset: (page - 1) * page_size };
    const { total, calls } = await this.usage.calls(userId, { ...range, apiKeyId: api_key_id });
    return { tool_calls: calls.map((call) => ToolCallDto.of(call)), total, page, page_size };
  }

  /** @throws NOT_FOUND, VALIDATION_ERROR, UNAVAILABLE when ClickHouse is away */
  async timeseries(query: AllSeriesQuery): Promise<UsageSeriesDto> {
    return this.series.read(await this.userOf(query), query);
  }

  /** @throws NOT_FOUND, VALIDATION_ERROR, UNAVAILABLE when ClickHouse is away */
  async calls(query: AllCallsQuery): Promise<AllCallsDto> {
    return this.queries.calls(await this.userOf(query), query);
  }

  /** The same, whole. @throws NOT_FOUND, VALIDATION_ERROR */
  async callsTable(query: AllCallsQuery): Promise<Table<AnyCallDto>> {
    return this.tables.calls(await this.userOf(query), query);
  }

  /** A user's calls this month and today. @throws NOT_FOUND, UNAVAILABLE when ClickHouse is away */
  async userUsage(userId: string): Promise<UserUsageDto> {
    const { email } = await this.requireUser(userId);
    const [accounts, tools] = await Promise.all([this.reports.accountsOf([userId]), this.usage.month(userId)]);
    const totals = usageTotals(tools);
    return {
      user_id: userId,
      user_email: email,
      account_id: accounts.get(userId)?.id ?? null,
      total_calls_today: totals.dayCalls,
      total_calls_this_month: totals.calls,
      credits_used_today: totals.dayCredits,
      credits_used_this_month: totals.credits,
      success_rate: totals.successRate,
      avg_latency_ms: totals.avgLatencyMs,
      tool_breakdown: tools.map((tool) => ToolShareDto.of(tool)),
    };
  }

  /** The user, also one who was deleted. @throws NOT_FOUND */
  async requireUser(id: string): Promise<{ email: string }> {
    const user = await this.users.findById(id);
    if (!user) throw new TallygateError('NOT_FOUND', 'There is no such user.');
    return user;
  }

  /** The user who is meant; undefined: everybody. @throws NOT_FOUND, VALIDATION_ERROR when the account is another user's */
  private async userOf({ user_id, account_id }: { user_id?: string; account_id?: number }): Promise<string | undefined> {
    if (user_id !== undefined) await this.requireUser(user_id);
    if (account_id === undefined) return user_id;
    const { userId } = await this.accounts.get(account_id);
    if (user_id === undefined || user_id === userId) return userId;
    return refuseQuery('account_id', 'account_id is the account of another user than user_id');
  }
}
