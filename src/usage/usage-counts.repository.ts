import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../clickhouse/clickhouse.js';
import { dimensions, READ_LIMITS, type UsageFilter } from './usage-log.repository.js';

export interface DayCounts {
  /** `YYYY-MM-DD`, UTC. */
  date: string;
  call_count: number;
  total_records: number;
}

export interface ToolCounts {
  tool_name: string;
  table_name: string;
  call_count: number;
  total_records: number;
}

const TOP_TOOLS_MAX = 20;

/** All SQL of `mcp_tool_usage_hourly`, and the counts made of it and of the raw rows of the hours it cannot answer for. */
@Injectable()
export class UsageCountsRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** Replaces what is known of an hour by what its rows say now, each row counted once. */
  recompute(hour: string, version: string): Promise<void> {
    return this.clickhouse.command(
      `INSERT INTO mcp_tool_usage_hourly
         (user_id, hour, tool_name, table_name, api_key_id, calls, records, errors, credits_charged, duration_ms, version)
       SELECT user_id, {hour:DateTime('UTC')}, tool_name, table_name, api_key_id,
              count(), sum(record_count), countIf(is_error), sum(l.credits_charged), sum(l.duration_ms), {version:UInt64}
       FROM mcp_tool_usage_log AS l FINAL
       WHERE created_at >= {hour:DateTime('UTC')} AND created_at < {hour:DateTime('UTC')} + INTERVAL 1 HOUR
       GROUP BY user_id, tool_name, table_name, api_key_id`,
      { hour, version },
    );
  }

  /** How many calls the filter finds. */
  async countCalls(filter: UsageFilter, dirtyHours: string[]): Promise<number> {
    const sql = `SELECT sum(calls) AS calls FROM (${counts(filter)}) ${READ_LIMITS}`;
    const [row] = await this.clickhouse.query<{ calls: number }>(sql, parameters(filter, dirtyHours));
    return Number(row!.calls);
  }

  /** Days that have calls, oldest first. */
  countByDay(filter: UsageFilter, dirtyHours: string[]): Promise<DayCounts[]> {
    return this.clickhouse.query<DayCounts>(
      `SELECT toString(toDate(hour)) AS date, sum(calls) AS call_count, sum(records) AS total_records
       FROM (${counts(filter)}) GROUP BY date ORDER BY date ${READ_LIMITS}`,
      parameters(filter, dirtyHours),
    );
  }

  /** The tools called most, at most 20, by tool and table. */
  countByTool(filter: UsageFilter, dirtyHours: string[]): Promise<ToolCounts[]> {
    return this.clickhouse.query<ToolCounts>(
      `SELECT tool_name, table_name, sum(calls) AS call_count, sum(records) AS total_records
       FROM (${counts(filter)}) GROUP BY tool_name, table_name
       ORDER BY call_count DESC, tool_name, table_name LIMIT ${TOP_TOOLS_MAX} ${READ_LIMITS}`,
      parameters(filter, dirtyHours),
    );
  }
}

/** Clean hours from the rollup, dirty ones from their rows. Both are narrowed by user and time before anything is merged. */
const counts = (filter: UsageFilter): string => `
  SELECT hour, tool_name, table_name, calls, records FROM mcp_tool_usage_hourly FINAL
  WHERE user_id = {userId:String} AND hour >= {from:DateTime('UTC')} AND hour < {to:DateTime('UTC')}
    AND hour NOT IN {dirtyHours:Array(DateTime('UTC'))} ${dimensions(filter)}
  UNION ALL
  SELECT toStartOfHour(created_at) AS hour, tool_name, table_name, count() AS calls, sum(record_count) AS records
  FROM mcp_tool_usage_log FINAL
  WHERE user_id = {userId:String} AND created_at >= {dirtyFrom:DateTime('UTC')}
    AND created_at < {dirtyLast:DateTime('UTC')} + INTERVAL 1 HOUR
    AND toStartOfHour(created_at) IN {dirtyHours:Array(DateTime('UTC'))} ${dimensions(filter)}
  GROUP BY hour, tool_name, table_name`;

const parameters = (filter: UsageFilter, dirtyHours: string[]) => ({
  ...filter,
  dirtyHours,
  dirtyFrom: dirtyHours[0] ?? filter.from,
  dirtyLast: dirtyHours.at(-1) ?? filter.from,
});
