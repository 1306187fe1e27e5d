import { Fraction, IdFilter } from '../../rest/dto-fields.js';
import { PageQuery } from '../../rest/page.dto.js';
import type { TimedToolSums, ToolSums } from '../../usage/reports/usage-reports.service.js';
import { ToolCallDto, ToolShareDto } from '../account-usage.dto.js';
import { usageTotals } from '../usage-totals.js';

/** Filters and page of an account's calls. */
export class AccountCallsQuery extends PageQuery {
  /** Only calls made with this key. */
  @IdFilter()
  api_key_id?: string;
}

/** A user's calls this month and today, in UTC. */
export class UserUsageDto {
  user_id!: string;
  user_email!: string;
  /** The account that pays for them; null: the user has none. */
  account_id!: number | null;
  total_calls_today!: number;
  total_calls_this_month!: number;
  credits_used_today!: number;
  credits_used_this_month!: number;
  /** Percent of this month's calls that succeeded, to one decimal; 100 without calls. */
  @Fraction()
  success_rate!: number;
  /** Of this month's calls, to one decimal; 0 without calls. */
  @Fraction()
  avg_latency_ms!: number;
  /** This month's tools, most called first. */
  tool_breakdown!: ToolShareDto[];
}

/** All users' calls of one tool. */
export class ToolUsageRowDto {
  tool!: string;
  calls!: number;
  credits!: number;
  /** Rows returned. */
  records!: number;
  /** Number of different users. */
  users!: number;
  /** Percent of the calls that succeeded, to one decimal. */
  @Fraction()
  success_rate!: number;
  /** To one decimal. */
  @Fraction()
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

/** All users' calls of one tool, and how long they took. */
export class TimedToolUsageRowDto extends ToolUsageRowDto {
  /** Milliseconds that half of the calls did not exceed, within 5 %; null while not known, for calls that an earlier release counted. */
  @Fraction()
  p50_ms!: number | null;
  @Fraction()
  p95_ms!: number | null;
  @Fraction()
  p99_ms!: number | null;

  static override of(tool: TimedToolSums): TimedToolUsageRowDto {
    const { p50_ms, p95_ms, p99_ms } = tool;
    return { ...ToolUsageRowDto.of(tool), p50_ms, p95_ms, p99_ms };
  }
}

/** All users' calls, by tool. */
export class AllToolsUsageDto {
  period_days!: number;
  total_calls!: number;
  total_credits!: number;
  /** Percent of the calls that succeeded, to one decimal; 100 without calls. */
  @Fraction()
  success_rate!: number;
  @Fraction()
  avg_latency_ms!: number;
  /** Most called first. */
  tools!: TimedToolUsageRowDto[];
}

/** A page of an account's calls. */
export class AccountCallsDto {
  /** Newest first. */
  tool_calls!: ToolCallDto[];
  /** Number of calls on all pages. */
  total!: number;
  page!: number;
  page_size!: number;
}
