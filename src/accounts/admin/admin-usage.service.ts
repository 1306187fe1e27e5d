import { Injectable } from '@nestjs/common';
import { CreditAudit } from '../../credits/credit-audit.service.js';
import type { PageQuery } from '../../rest/page.dto.js';
import { UsageReports, type ToolSums, type UserSums } from '../../usage/reports/usage-reports.service.js';
import { ToolCallDto } from '../account-usage.dto.js';
import { AccountReportsRepository, type TierTotals } from './account-reports.repository.js';
import { AdminAccounts } from './admin-accounts.service.js';
import {
  TierAccountsDto,
  ToolUsageRowDto,
  type AccountCallsDto,
  type AccountTotalsDto,
  type AnalyticsDto,
  type CallTotalsDto,
  type CreditTotalsDto,
  type AllToolsUsageDto,
  type TopAccountDto,
} from './admin-usage.dto.js';
import { usageTotals } from '../usage-totals.js';

const TOP_MAX = 10;
/** Users looked at for the top accounts; those without an account spend nothing, so they come last. */
const TOP_USERS_MAX = 100;

/** What operators see of everybody's calls and credits. */
@Injectable()
export class AdminUsage {
  constructor(
    private readonly accounts: AdminAccounts,
    private readonly reports: AccountReportsRepository,
    private readonly books: CreditAudit,
    private readonly usage: UsageReports,
  ) {}

  /** @throws UNAVAILABLE when ClickHouse is away. */
  async analytics(): Promise<AnalyticsDto> {
    const [tiers, moved, tools, top] = await Promise.all([
      this.reports.tiers(),
      this.books.moved(),
      this.usage.month(),
      this.usage.topUsers(TOP_USERS_MAX),
    ]);
    return {
      accounts: accountTotals(tiers),
      credits: creditTotals(tiers, moved),
      calls: callTotals(tools),
      top_accounts: await this.topAccounts(top),
      top_tools: tools.slice(0, TOP_MAX).map((tool) => ToolUsageRowDto.of(tool)),
    };
  }

  /** @throws UNAVAILABLE when ClickHouse is away. */
  async toolUsage(days: number): Promise<AllToolsUsageDto> {
    const tools = await this.usage.tools(days);
    const { calls, credits, successRate, avgLatencyMs } = usageTotals(tools);
    const totals = { total_calls: calls, total_credits: credits, success_rate: successRate, avg_latency_ms: avgLatencyMs };
    return { period_days: days, ...totals, tools: tools.map((tool) => ToolUsageRowDto.of(tool)) };
  }

  /** All of the account's calls that are kept. @throws NOT_FOUND, UNAVAILABLE when ClickHouse is away. */
  async toolCalls(accountId: number, { page, page_size }: PageQuery): Promise<AccountCallsDto> {
    const { userId } = await this.accounts.get(accountId);
    const { total, calls } = await this.usage.calls(userId, { limit: page_size, offset: (page - 1) * page_size });
    return { tool_calls: calls.map((call) => ToolCallDto.of(call)), total, page, page_size };
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

/** Whatever is neither use nor expiry was given, by whichever type of entry. */
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
