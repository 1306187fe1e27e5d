import { Injectable } from '@nestjs/common';
import { SEES_WRITES } from '../../clickhouse/clickhouse-cluster.js';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import { countedHours, countedRows } from './counted-hours.js';
import { histogramOf } from './series/latency-buckets.js';
import type { Period } from './usage-days.js';
import { isRolledUp, parameters, READ_LIMITS, type UsageFilter } from './usage-filter.js';
import type { PagePlace, PageRange } from './usage-log.repository.js';

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

/** A tool's calls of a day. */
export interface DayToolCounts extends ToolCounts {
  /** `YYYY-MM-DD`, UTC. */
  date: string;
  error_count: number;
  total_credits: number;
}

/** A key's calls. */
export interface KeyCounts {
  /** Empty for calls with a login token. */
  api_key_id: string;
  call_count: number;
  error_count: number;
  total_records: number;
  total_credits: number;
  /** Calls and failed ones by day in UTC, of days with any. */
  calls_on: Record<string, number>;
  errors_on: Record<string, number>;
}

export interface DayCredits {
  /** `YYYY-MM-DD`, UTC. */
  date: string;
  credits: number;
}

const TOP_TOOLS_MAX = 20;
const TOP_KEYS_MAX = 100;

/**
 * SQL that writes `mcp_tool_usage_hourly`, and the counts made of it and of the raw rows of the hours it cannot answer for.
 *
 * PREWHERE narrows what FINAL merges, on columns of the sorting key alone: rows that replace each other agree in these. With
 * WHERE ClickHouse merges all rows of the granules first; over 100 million calls statistics took 20–30 ms so, and 15–20 now.
 *
 * `created_at` is compared with DateTime64 only: for `created_at < DateTime`, ClickHouse 26.7 looks in its index for
 * `<= one second less` and skips rows of the last second.
 */
@Injectable()
export class UsageCountsRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** Recomputes an hour, or several consecutive ones, from their rows, each row counted once. */
  recompute(hour: string, version: string, hours = 1): Promise<void> {
    return this.clickhouse.command(
      `INSERT INTO mcp_tool_usage_hourly
         (user_id, hour, tool_name, table_name, api_key_id, calls, records, errors, backend_errors, credits_charged, duration_ms,
          service_prefix, latency, version)
       SELECT user_id, toStartOfHour(created_at) AS hour, tool_name, table_name, api_key_id,
              count(), sum(record_count), countIf(is_error), countIf(is_backend_error), sum(l.credits_charged), sum(l.duration_ms),
              any(l.service_prefix), ${histogramOf('l.duration_ms')}, {version:UInt64}
       FROM mcp_tool_usage_log AS l FINAL
       PREWHERE created_at >= {hour:DateTime64(3, 'UTC')} AND created_at < {hour:DateTime64(3, 'UTC')} + toIntervalHour({hours:UInt32})
       GROUP BY user_id, hour, tool_name, table_name, api_key_id ${SEES_WRITES}`,
      { hour, version, hours },
    );
  }

  /** Hours that a release has counted that knew no latency, oldest first. */
  async findOutdated(): Promise<string[]> {
    const rows = await this.clickhouse.query<{ hour: string }>(
      `SELECT DISTINCT toString(h.hour) AS hour FROM mcp_tool_usage_hourly AS h FINAL
       WHERE empty(h.latency) AND h.calls > 0 ORDER BY hour ${SEES_WRITES}`,
    );
    return rows.map(({ hour }) => hour);
  }

  /** Calls and credits in the rollup, by hour, of so many hours from one on. */
  sumsByHour(from: string, hours: number, signal: AbortSignal): Promise<{ hour: string; calls: number; credits: number }[]> {
    return this.clickhouse.query(
      `SELECT toString(h.hour) AS hour, sum(h.calls) AS calls, sum(h.credits_charged) AS credits FROM mcp_tool_usage_hourly AS h FINAL
       PREWHERE h.hour >= {from:DateTime('UTC')} AND h.hour < {from:DateTime('UTC')} + toIntervalHour({hours:UInt32})
       GROUP BY hour ${SEES_WRITES}`,
      { from, hours },
      { signal },
    );
  }

  /** Counts the matching calls and finds the hours that hold the page, so that no other rows are read. */
  async locate(filter: UsageFilter, { limit, offset }: PageRange, rawHours: string[]): Promise<PagePlace> {
    const hours = isRolledUp(filter) ? countedHours(filter) : countedRows(filter);
    const calls = filter.successOnly ? 'sum(calls - errors)' : 'sum(calls)';
    const isOnPage = 'newer < {end:UInt64} AND newer + in_hour > {offset:UInt64}';
    const [place] = await this.clickhouse.query<PagePlace>(
      `SELECT sum(in_hour) AS total, arraySort(groupArrayIf(toString(hour), ${isOnPage})) AS hours,
              {offset:UInt64} - minIf(newer, ${isOnPage}) AS skip
       FROM (SELECT hour, ${calls} AS in_hour, sum(in_hour) OVER (ORDER BY hour DESC) - in_hour AS newer
             FROM (${hours}) GROUP BY hour) ${READ_LIMITS}`,
      { ...parameters(filter, rawHours), offset, end: offset + limit },
    );
    return place!;
  }

  /** Days that have calls, oldest first. */
  countByDay(filter: UsageFilter, rawHours: string[]): Promise<DayCounts[]> {
    return this.clickhouse.query<DayCounts>(
      `SELECT toString(toDate(hour)) AS date, sum(calls) AS call_count, sum(records) AS total_records
       FROM (${countedHours(filter)}) GROUP BY date ORDER BY date ${READ_LIMITS}`,
      parameters(filter, rawHours),
    );
  }

  /** The most called tools, at most 20, by tool and table. */
  countByTool(filter: UsageFilter, rawHours: string[]): Promise<ToolCounts[]> {
    return this.clickhouse.query<ToolCounts>(
      `SELECT tool_name, table_name, sum(calls) AS call_count, sum(records) AS total_records
       FROM (${countedHours(filter)}) GROUP BY tool_name, table_name
       ORDER BY call_count DESC, tool_name, table_name LIMIT ${TOP_TOOLS_MAX} ${READ_LIMITS}`,
      parameters(filter, rawHours),
    );
  }

  /** Every tool of every day, oldest day first: as many rows as days times tools. */
  countByDayAndTool(filter: UsageFilter, rawHours: string[], signal: AbortSignal): Promise<DayToolCounts[]> {
    return this.clickhouse.query<DayToolCounts>(
      `SELECT toString(toDate(hour)) AS date, tool_name, table_name, sum(calls) AS call_count, sum(errors) AS error_count,
              sum(records) AS total_records, sum(credits) AS total_credits
       FROM (${countedHours(filter)}) GROUP BY date, tool_name, table_name ORDER BY date, tool_name, table_name ${READ_LIMITS}`,
      parameters(filter, rawHours),
      { signal },
    );
  }

  /** The most used keys, at most 100. */
  countByKey(filter: UsageFilter, rawHours: string[]): Promise<KeyCounts[]> {
    return this.clickhouse.query<KeyCounts>(
      `SELECT api_key_id, sum(calls) AS call_count, sum(errors) AS error_count, sum(records) AS total_records,
              sum(credits) AS total_credits, sumMap(map(toString(toDate(hour, 'UTC')), calls)) AS calls_on,
              sumMap(map(toString(toDate(hour, 'UTC')), errors)) AS errors_on
       FROM (${countedHours(filter)}) GROUP BY api_key_id ORDER BY call_count DESC, api_key_id LIMIT ${TOP_KEYS_MAX} ${READ_LIMITS}`,
      parameters(filter, rawHours),
    );
  }

  /** Charged credits by day: once from the rollup, where it can answer, and once from all rows. */
  async creditsByDay(period: Period, rawHours: string[]): Promise<{ rollup: DayCredits[]; raw: DayCredits[] }> {
    const byDay = 'SELECT toString(toDate(hour)) AS date, sum(credits) AS credits FROM';
    const order = `GROUP BY date ORDER BY date ${READ_LIMITS}`;
    const rows = `SELECT toStartOfHour(created_at) AS hour, credits_charged AS credits FROM mcp_tool_usage_log FINAL
                  PREWHERE created_at >= {from:DateTime64(3, 'UTC')} AND created_at < {to:DateTime64(3, 'UTC')}`;
    return {
      rollup: await this.clickhouse.query<DayCredits>(
        `${byDay} (${countedHours(period)}) ${order}`,
        parameters(period, rawHours),
      ),
      raw: await this.clickhouse.query<DayCredits>(`${byDay} (${rows}) ${order}`, { ...period }),
    };
  }
}
