import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { Fraction } from '../../rest/dto-fields.js';

export class UsageStatsQuery {
  /** Number of days, today (UTC) included: 1 to 365. */
  @IsInt()
  @Min(1)
  @Max(365)
  @IsOptional()
  days: number = 30;
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
