import { IsBoolean, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { Fraction, IdFilter } from '../rest/dto-fields.js';
import type { ToolSums, UsageCall } from '../usage/reports/usage-reports.service.js';

const OFFSET_MAX = 1_000_000_000;

/** The period of calls to read. Bounds and default are those of source 002. */
export class DaysBackQuery {
  /** How far to look back, in days of 24 hours: 1 to 90. */
  @Max(90)
  @Min(1)
  @IsInt()
  @IsOptional()
  days: number = 7;
}

/** Filters and page of an account's calls. Bounds and defaults are those of source 002. */
export class ToolCallsQuery extends DaysBackQuery {
  /** Only calls of this tool. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  tool_name?: string;

  /** Only calls made with this key. */
  @IdFilter()
  api_key_id?: string;

  /** Only calls that succeeded. */
  @IsBoolean()
  @IsOptional()
  success_only: boolean = false;

  /** Most calls to return, 1 to 500. */
  @Max(500)
  @Min(1)
  @IsInt()
  @IsOptional()
  limit: number = 100;

  /** Calls to skip. */
  @Max(OFFSET_MAX)
  @Min(0)
  @IsInt()
  @IsOptional()
  offset: number = 0;
}

/** One call. Source 002, `ToolCallRecord`. */
export class ToolCallDto {
  request_id!: string;
  tool_name!: string;
  /** The tool's price when it was called. */
  credits_cost!: number;
  /** Credits charged; 0 for a call that failed through no fault of the caller. */
  credits_charged!: number;
  success!: boolean;
  /** The failure was the tool's or its backend's, not the caller's. */
  is_backend_error!: boolean;
  error_code!: string | null;
  @Fraction()
  latency_ms!: number | null;
  /** When the call was admitted; ISO 8601, UTC. */
  created_at!: string;

  static of(call: UsageCall): ToolCallDto {
    return {
      request_id: call.request_id,
      tool_name: call.tool_name,
      credits_cost: call.credits_cost,
      credits_charged: call.credits_charged,
      success: !call.is_error,
      is_backend_error: call.is_backend_error,
      error_code: call.error_code || null,
      latency_ms: call.duration_ms,
      created_at: call.created_at,
    };
  }
}

/** Calls of a user. Source 002, `UsageHistoryResponse`. */
export class ToolCallHistoryDto {
  /** Number of matching calls on all pages. */
  total_calls!: number;
  period_days!: number;
  /** Newest first. */
  tool_calls!: ToolCallDto[];
}

/** A tool's share of the month's calls. */
export class ToolShareDto {
  tool!: string;
  calls!: number;
  credits!: number;

  static of({ tool_name, call_count, total_credits }: ToolSums): ToolShareDto {
    return { tool: tool_name, calls: call_count, credits: total_credits };
  }
}

/** A user's calls this month and today, in UTC. Source 002, `UsageSummaryResponse`. */
export class UsageSummaryDto {
  /** Credits left of this month's allocation, plus purchased credits. */
  credits_balance!: number;
  credits_tier!: string;
  credits_monthly_allocation!: number;
  credits_used_today!: number;
  credits_used_this_month!: number;
  total_calls_today!: number;
  total_calls_this_month!: number;
  /** Percent of this month's calls that succeeded, to one decimal; 100 without calls. */
  @Fraction()
  success_rate!: number;
  /** Of this month's calls, to one decimal; 0 without calls. */
  @Fraction()
  avg_latency_ms!: number;
  /** This month's tools, most called first. */
  tool_breakdown!: ToolShareDto[];
  /** Days until the first of next month. */
  days_until_refill!: number;
}
