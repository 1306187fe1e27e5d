import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import { COUNTS, countedHours } from './counted-hours.js';
import { knownPercentile } from './series/latency-buckets.js';
import type { Period } from './usage-days.js';
import { parameters, READ_LIMITS, type CallFilter } from './usage-filter.js';

/** A tool's calls in a period, and on one day of it. Durations in milliseconds. */
export interface ToolSums {
  tool_name: string;
  call_count: number;
  error_count: number;
  total_records: number;
  total_credits: number;
  total_ms: number;
  /** Number of different users. */
  user_count: number;
  day_calls: number;
  day_credits: number;
}

/** With what shares of the calls did not exceed; null while not known, for calls that an earlier release counted. */
export interface TimedToolSums extends ToolSums {
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}

export interface UserSums {
  user_id: string;
  call_count: number;
  total_credits: number;
}

/** What is summed, and the hours to read from their rows. */
export interface SumsQuestion {
  filter: CallFilter;
  /** The day of the sums of a day. */
  day: Period;
  rawHours: string[];
}

/** Calls by tool and by user: everybody's, or those of some. */
@Injectable()
export class UsageSumsRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** All tools that were called, most called first. */
  byTool(question: SumsQuestion): Promise<ToolSums[]> {
    return this.clickhouse.query<ToolSums>(
      `SELECT tool_name, ${SUMS} FROM (${byToolAndUser(question.filter)})
       GROUP BY tool_name ORDER BY call_count DESC, tool_name ${READ_LIMITS}`,
      parametersOf(question),
    );
  }

  /** The same, with how long calls took, which takes half as long again. */
  timesByTool(question: SumsQuestion): Promise<TimedToolSums[]> {
    const percentile = (share: number) => knownPercentile('histogram', 'call_count', share);
    return this.clickhouse.query<TimedToolSums>(
      `SELECT * EXCEPT histogram, ${percentile(0.5)} AS p50_ms, ${percentile(0.95)} AS p95_ms, ${percentile(0.99)} AS p99_ms
       FROM (SELECT tool_name, ${SUMS}, sumMap(latency) AS histogram
             FROM (${hoursOf(question.filter, 'latency')}) GROUP BY tool_name)
       ORDER BY call_count DESC, tool_name ${READ_LIMITS}`,
      parametersOf(question),
    );
  }

  /**
   * All tools as in `byTool`, and at most so many users by credits spent, then by calls; of one reading, since merging is most of the work.
   * Rows of users have no name of a tool, so that the limit is theirs: each tool has one row.
   */
  async byToolAndByUser(question: SumsQuestion, usersMax: number): Promise<{ tools: ToolSums[]; users: UserSums[] }> {
    const rows = await this.clickhouse.query<ToolSums & UserSums & { is_user: boolean }>(
      `SELECT toBool(grouping(tool_name)) AS is_user, tool_name, user_id, ${SUMS} FROM (${byToolAndUser(question.filter)})
       GROUP BY GROUPING SETS ((tool_name), (user_id))
       ORDER BY is_user, if(is_user, total_credits, 0) DESC, call_count DESC, tool_name, user_id
       LIMIT {usersMax:UInt32} BY tool_name ${READ_LIMITS}`,
      { ...parametersOf(question), usersMax },
    );
    return {
      tools: rows.flatMap((row) => (row.is_user ? [] : [toolOf(row)])),
      users: rows.flatMap(({ is_user, user_id, call_count, total_credits }) =>
        is_user ? [{ user_id, call_count, total_credits }] : [],
      ),
    };
  }

  /** Calls of these users. */
  callsByUser(
    filter: CallFilter & { userIds: string[] },
    rawHours: string[],
  ): Promise<Pick<UserSums, 'user_id' | 'call_count'>[]> {
    const calls = countedHours(filter, { key: 'user_id', measures: ['calls'] });
    return this.clickhouse.query(
      `SELECT key AS user_id, sum(calls) AS call_count FROM (${calls}) GROUP BY user_id ${READ_LIMITS}`,
      parameters(filter, rawHours),
    );
  }
}

/** SQL of counts by hour, and whether they are of the day. */
const hoursOf = (filter: CallFilter, ...more: 'latency'[]): string =>
  `SELECT *, ${IS_IN_DAY} AS is_in_day FROM (${countedHours(filter, { measures: [...COUNTS, ...more] })})`;

/** SQL of the same by tool and user: few rows, of which users are counted soon. Histograms are added up sooner without. */
const byToolAndUser = (filter: CallFilter): string =>
  `SELECT tool_name, user_id, is_in_day, ${COUNTS.map((name) => `sum(h.${name}) AS ${name}`).join(', ')}
   FROM (${hoursOf(filter)}) AS h GROUP BY tool_name, user_id, is_in_day`;

const IS_IN_DAY = "hour >= {dayFrom:DateTime('UTC')} AND hour < {dayTo:DateTime('UTC')}";

const SUMS = `sum(calls) AS call_count, sum(errors) AS error_count, sum(records) AS total_records, sum(credits) AS total_credits,
              sum(duration) AS total_ms, uniqExact(user_id) AS user_count, sumIf(calls, is_in_day) AS day_calls,
              sumIf(credits, is_in_day) AS day_credits`;

/** Without what only users have. */
function toolOf(row: ToolSums & Partial<UserSums> & { is_user?: boolean }): ToolSums {
  const tool = { ...row };
  delete tool.user_id;
  delete tool.is_user;
  return tool;
}

const parametersOf = ({ filter, day, rawHours }: SumsQuestion) => ({
  ...parameters(filter, rawHours),
  dayFrom: day.from,
  dayTo: day.to,
});
