import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import type { ToolSums } from '../../usage/reports/usage-reports.service.js';
import { ToolCallDto } from '../account-usage.dto.js';
import type { TierTotals } from './account-reports.repository.js';
import { usageTotals } from '../usage-totals.js';

/** Which calls to count. */
export class ToolUsageQuery {
  /** How many times 24 hours to look back, 1 to 90. */
  @Max(90)
  @Min(1)
  @IsInt()
  @Type(() => Number)
  @IsOptional()
  days: number = 7;
}

/** Everybody's calls of a tool. */
export class ToolUsageRowDto {
  tool!: string;
  calls!: number;
  credits!: number;
  /** Rows returned. */
  records!: number;
  /** Different users. */
  users!: number;
  /** Percent of the calls that succeeded, to one decimal. */
  success_rate!: number;
  /** To one decimal. */
  avg_latency_ms!: number;

  static of(tool: ToolSums): ToolUsageRowDto {
    const { calls, credits, successRate, avgLatencyMs } = usageTotals([tool]);
    return {
      tool: tool.tool_name,
      calls,
      credits,
      records: tool.total_records,
      users: tool.user_count,
      success_rate: successRate,
      avg_latency_ms: avgLatencyMs,
    };
  }
}

/** Everybody's calls, by tool. */
export class AllToolsUsageDto {
  period_days!: number;
  total_calls!: number;
  total_credits!: number;
  /** Percent of the calls that succeeded, to one decimal; 100 without calls. */
  success_rate!: number;
  avg_latency_ms!: number;
  /** The tool called most first. */
  tools!: ToolUsageRowDto[];
}

/** A page of an account's calls. */
export class AccountCallsDto {
  /** Newest first. */
  tool_calls!: ToolCallDto[];
  /** Calls on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}

/** Accounts of a tier. */
export class TierAccountsDto {
  tier!: string;
  accounts!: number;
  /** Those that are switched on. */
  active!: number;
  credits_balance!: number;
  credits_held!: number;

  static of({ tier, accounts, active, balance, held }: TierTotals): TierAccountsDto {
    return { tier, accounts, active, credits_balance: balance, credits_held: held };
  }
}

/** How many accounts there are. */
export class AccountTotalsDto {
  total!: number;
  active!: number;
  inactive!: number;
  by_tier!: TierAccountsDto[];
}

/** Credits of all accounts, for all time: granted − expired − used = balance. */
export class CreditTotalsDto {
  /** Everything accounts were given: allocations, grants, purchases; corrections are taken off. */
  granted!: number;
  /** Of allocations, when their month was over. */
  expired!: number;
  used!: number;
  balance!: number;
  /** Of the balance, reserved by calls under way. */
  held!: number;
}

/** Everybody's calls in UTC. */
export class CallTotalsDto {
  today!: number;
  this_month!: number;
  credits_today!: number;
  credits_this_month!: number;
  /** Percent of this month's calls that succeeded, to one decimal; 100 without calls. */
  success_rate!: number;
  avg_latency_ms!: number;
}

/** An account that spent much this month. */
export class TopAccountDto {
  account_id!: number;
  user_email!: string;
  calls!: number;
  credits!: number;
}

/** The state of all accounts, their credits and their calls. */
export class AnalyticsDto {
  accounts!: AccountTotalsDto;
  credits!: CreditTotalsDto;
  calls!: CallTotalsDto;
  /** This month; who spent most first, at most 10. */
  top_accounts!: TopAccountDto[];
  /** This month; the tool called most first, at most 10. */
  top_tools!: ToolUsageRowDto[];
}
