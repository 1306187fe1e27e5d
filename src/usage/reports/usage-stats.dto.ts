import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { Fraction, IdFilter } from '../../rest/dto-fields.js';
import { IsFormat, type Format } from '../../rest/export/export-format.js';
import type { DayToolCounts, KeyCounts } from './usage-counts.repository.js';

/** The days that are counted. */
export class UsageDaysQuery {
  /** Number of days, today (UTC) included: 1 to 365. */
  @IsInt()
  @Min(1)
  @Max(365)
  @IsOptional()
  days: number = 30;
}

export class UsageStatsQuery extends UsageDaysQuery {
  /** Only calls made with this key. */
  @IdFilter()
  api_key_id?: string;

  /** `csv` or `ndjson`: a file with a row for each tool on each day; `json`: the sums. Also by `Accept`. */
  @IsFormat()
  format?: Format;
}

export class DailyUsageDto {
  /** `YYYY-MM-DD`, UTC. */
  date!: string;
  call_count!: number;
  total_records!: number;
}

export class ToolUsageDto {
  tool_name!: string;
  table_name!: string;
  call_count!: number;
  total_records!: number;
}

export class UsageStatsDto {
  /** Every requested day, oldest first; days without calls are zeros. */
  daily_stats!: DailyUsageDto[];
  total_calls!: number;
  total_records!: number;
  /** `total_calls` divided by the number of requested days. */
  @Fraction()
  avg_daily_calls!: number;
  /** The most called tools, at most 20. */
  top_tools!: ToolUsageDto[];
}

/** A key's calls. */
export class KeyUsageDto {
  /** Empty for calls with a login token. */
  api_key_id!: string;
  /** The key's name now, also when it is revoked; null for calls with a login token. */
  api_key_name!: string | null;
  call_count!: number;
  error_count!: number;
  total_records!: number;
  total_credits!: number;
  /** Calls on each day of the period in UTC, oldest first; the last is today. */
  daily_calls!: number[];
  /** Of these, the ones that failed. */
  daily_errors!: number[];

  static of({ calls_on, errors_on, ...key }: KeyCounts, name: string | undefined, dates: readonly string[]): KeyUsageDto {
    const [daily_calls, daily_errors] = [calls_on, errors_on].map((on) => dates.map((date) => Number(on[date] ?? 0)));
    return { ...key, api_key_name: name ?? null, daily_calls: daily_calls!, daily_errors: daily_errors! };
  }
}

export class UsageByKeyDto {
  period_days!: number;
  /** Most called first, at most 100. */
  keys!: KeyUsageDto[];
}

/** Of the file of statistics. */
export const DAY_TOOL_COLUMNS = [
  'date',
  'tool_name',
  'table_name',
  'call_count',
  'error_count',
  'total_records',
  'total_credits',
] as const satisfies (keyof DayToolCounts)[];
