import { Injectable } from '@nestjs/common';
import { CreditLedger } from '../credits/credit-ledger.service.js';
import { UsageReports } from '../usage/reports/usage-reports.service.js';
import {
  ToolCallDto,
  ToolShareDto,
  type ToolCallHistoryDto,
  type ToolCallsQuery,
  type UsageSummaryDto,
} from './account-usage.dto.js';
import { AccountsService } from './accounts.service.js';
import { usageTotals } from './usage-totals.js';

/** Calls of an account's user, made with any key or login. The balance comes from the ledger. Source 002. */
@Injectable()
export class AccountUsage {
  constructor(
    private readonly accounts: AccountsService,
    private readonly ledger: CreditLedger,
    private readonly usage: UsageReports,
  ) {}

  /** @throws NOT_FOUND `mcp_not_enabled`, UNAVAILABLE when ClickHouse is away. */
  async history(userId: string, query: ToolCallsQuery): Promise<ToolCallHistoryDto> {
    await this.accounts.require(userId);
    const { days, tool_name, api_key_id, success_only, limit, offset } = query;
    const { total, calls } = await this.usage.calls(userId, {
      days,
      toolName: tool_name,
      apiKeyId: api_key_id,
      successOnly: success_only,
      limit,
      offset,
    });
    return { total_calls: total, period_days: days, tool_calls: calls.map((call) => ToolCallDto.of(call)) };
  }

  /** @throws NOT_FOUND `mcp_not_enabled`, UNAVAILABLE when ClickHouse is away. */
  async summary(userId: string): Promise<UsageSummaryDto> {
    const { id } = await this.accounts.require(userId);
    const [credits, tools] = await Promise.all([this.ledger.balance(id), this.usage.month(userId)]);
    const totals = usageTotals(tools);
    return {
      credits_balance: credits.balance,
      credits_tier: credits.tier,
      credits_monthly_allocation: credits.monthlyAllocation,
      credits_used_today: totals.dayCredits,
      credits_used_this_month: totals.credits,
      total_calls_today: totals.dayCalls,
      total_calls_this_month: totals.calls,
      success_rate: totals.successRate,
      avg_latency_ms: totals.avgLatencyMs,
      tool_breakdown: tools.map((tool) => ToolShareDto.of(tool)),
      days_until_refill: credits.daysUntilRefill,
    };
  }
}
