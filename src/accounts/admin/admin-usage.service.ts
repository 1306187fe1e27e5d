import { Injectable } from '@nestjs/common';
import { UsersService } from '../../auth/users/users.service.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { CreditAudit } from '../../credits/credit-audit.service.js';
import type { Table } from '../../rest/export/table.js';
import type { AnyCallDto } from '../../usage/reports/usage-history.dto.js';
import { refuseQuery, UsageQueries } from '../../usage/reports/usage-queries.service.js';
import { UsageReports, type ToolSums, type UserSums } from '../../usage/reports/usage-reports.service.js';
import type { AllSeriesQuery, UsageSeriesDto } from '../../usage/reports/series/usage-series.dto.js';
import { UsageSeries } from '../../usage/reports/series/usage-series.service.js';
import { UsageTables } from '../../usage/reports/usage-tables.service.js';
import { ToolCallDto, ToolShareDto } from '../account-usage.dto.js';
import { AccountReportsRepository, type TierTotals } from './account-reports.repository.js';
import type { AllCallsDto, AllCallsQuery } from './all-calls.dto.js';
import { AdminAccounts } from './admin-accounts.service.js';
import {
  TierAccountsDto,
  TimedToolUsageRowDto,
  ToolUsageRowDto,
  type AccountCallsDto,
  type AccountCallsQuery,
  type AccountTotalsDto,
  type AnalyticsDto,
  type CallTotalsDto,
  type CreditTotalsDto,
  type AllToolsUsageDto,
  type TopAccountDto,
  type UserUsageDto,
} from './admin-usage.dto.js';
import { usageTotals } from '../usage-totals.js';

const TOP_MAX = 10;
/** Users read to find the top accounts. Users without an account spend nothing, so they come last. */
const TOP_USERS_MAX = 100;

/** Operators' view of all users' calls and credits. */
@Injectable()
export class AdminUsage {
  constructor(
    private readonly accounts: AdminAccounts,
    private readonly reports: AccountReportsRepository,
    private readonly books: CreditAudit,
    private readonly usage: UsageReports,
    private readonly queries: UsageQueries,
    private readonly tables: UsageTables,
    private readonly series: UsageSeries,
    private readonly users: UsersService,
  ) {}

  /** @throws UNAVAILABLE when ClickHouse is away. */
  async analytics(): Promise<AnalyticsDto> {
    const [tiers, moved, { tools, users }] = await Promise.all([
      this.reports.tiers(),
      this.books.moved(),
      this.usage.everybodysMonth(TOP_USERS_MAX),
    ]);
    return {
      accounts: accountTotals(tiers),
      credits: creditTotals(tiers, moved),
      calls: callTotals(tools),
      top_accounts: await this.topAccounts(users),
      top_tools: tools.slice(0, TOP_MAX).map((tool) => ToolUsageRowDto.of(tool)),
    };
  }

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

  private async topAccounts(top: UserSums[]): Promise<TopAccountDto[]> {
    const accounts = await this.reports.accountsOf(top.map((user) => user.user_id));
    const rows = top.flatMap(({ user_id, call_count, total_credits }) => {
      const account = accounts.get(user_id);
      return account ? [{ account_id: account.id, user_email: account.email, calls: call_count, credits: total_credits }] : [];
    });
    return rows.slice(0, TOP_MAX);
  }
}

function accountTotals(tiers: TierTotals[]): AccountTotalsDto {
  const total = sum(tiers, (tier) => tier.accounts);
  const active = sum(tiers, (tier) => tier.active);
  return { total, active, inactive: total - active, by_tier: tiers.map((tier) => TierAccountsDto.of(tier)) };
}

/** Every type of entry other than usage and expiry counts as granted. */
function creditTotals(tiers: TierTotals[], moved: Map<string, number>): CreditTotalsDto {
  const [used, expired] = [-(moved.get('usage') ?? 0), -(moved.get('allocation_expired') ?? 0)];
  const granted = sum([...moved.values()], (amount) => amount) + used + expired;
  return { granted, expired, used, balance: sum(tiers, (tier) => tier.balance), held: sum(tiers, (tier) => tier.held) };
}

function callTotals(tools: ToolSums[]): CallTotalsDto {
  const { calls, credits, dayCalls, dayCredits, successRate, avgLatencyMs } = usageTotals(tools);
  return {
    today: dayCalls,
    this_month: calls,
    credits_today: dayCredits,
    credits_this_month: credits,
    success_rate: successRate,
    avg_latency_ms: avgLatencyMs,
  };
}

/** Never −0, which JSON would not show but a comparison would. */
const sum = <T>(items: readonly T[], part: (item: T) => number): number => items.reduce((total, item) => total + part(item), 0);
