import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../../../clickhouse/clickhouse.js';
import { countedHours, countedRows, type Measure } from '../counted-hours.js';
import type { Period } from '../usage-days.js';
import { IN_PERIOD, OUTCOME, parameters, READ_LIMITS, type CallFilter } from '../usage-filter.js';
import { isKnown, knownPercentile } from './latency-buckets.js';
import type { BucketSize } from './time-buckets.js';

/** What series may be made of, and the SQL of their keys. */
const GROUPS = {
  none: `''`,
  tool: 'tool_name',
  api_key: 'api_key_id',
  service: 'service_prefix',
  table: 'table_name',
  user: 'user_id',
  outcome: OUTCOME,
  client: 'client_name',
} as const;

export type GroupBy = keyof typeof GROUPS;

/**
 * Those that the rollup does not know, so that every call is read. Clients name themselves, so a rollup by client could become as long
 * as the log; outcomes are in the rollup as `errors` and `backend_errors`, all but their latency and credits.
 */
export const FROM_ROWS: readonly GroupBy[] = ['outcome', 'client'];

const MEASURES: Measure[] = ['calls', 'records', 'errors', 'backend_errors', 'credits', 'latency'];

/** Days of all zones begin at a quarter of an hour. */
const QUARTER = 'toStartOfFifteenMinutes(created_at)';

/** Sums of calls. Null: not known, since an hour among them was counted by an earlier release, or since there are none. */
export interface SeriesSums {
  calls: number;
  errors: number;
  backend_errors: number | null;
  records: number;
  credits: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}

export interface SeriesRow extends SeriesSums {
  /** From 1; 0: of all further keys. */
  rank: number;
  /** True: of the whole series. */
  is_total: boolean;
  /** `TimeBucket.place` */
  place: number;
}

/** Calls of the clients that name themselves so. */
export interface ClientSums {
  client_name: string;
  call_count: number;
  error_count: number;
}

export interface SeriesQuestion {
  filter: CallFilter;
  groupBy: GroupBy;
  size: BucketSize;
  /** Known to the IANA. */
  zone: string;
  /** Hours to read from their rows. */
  rawHours: string[];
}

/** All SQL of series of usage, from the rollup and the raw rows of the hours that it cannot answer for. */
@Injectable()
export class UsageSeriesRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** The keys that were called most, at most so many, and how many there are. */
  async topKeys(question: SeriesQuestion, most: number): Promise<{ keys: string[]; count: number }> {
    const rows = await this.clickhouse.query<{ name: string; keys: number }>(
      `SELECT key AS name, count() OVER () AS keys FROM (${sourceOf(question, ['calls'])})
       GROUP BY key ORDER BY sum(calls) DESC, key LIMIT {most:UInt32} ${READ_LIMITS}`,
      { ...parameters(question.filter, question.rawHours), most },
    );
    return { keys: rows.map(({ name }) => name), count: rows[0]?.keys ?? 0 };
  }

  /** The series of these keys, of all others together, and their totals. Buckets without calls have no row. */
  sums(question: SeriesQuestion, keys: string[]): Promise<SeriesRow[]> {
    const percentile = (share: number) => `if(call_count > 0, ${knownPercentile('histogram', 'call_count', share)}, NULL)`;
    return this.clickhouse.query<SeriesRow>(
      `SELECT rank, is_total, place, call_count AS calls, error_count AS errors, if(${isKnown('histogram', 'call_count')}, backend_error_count, NULL) AS backend_errors,
              record_count AS records, credit_count AS credits,
              ${percentile(0.5)} AS p50_ms, ${percentile(0.95)} AS p95_ms, ${percentile(0.99)} AS p99_ms
       FROM (SELECT rank, place, toBool(grouping(place)) AS is_total, sum(calls) AS call_count, sum(errors) AS error_count,
                    sum(backend_errors) AS backend_error_count, sum(records) AS record_count, sum(credits) AS credit_count,
                    sumMap(latency) AS histogram
             FROM (SELECT *, indexOf({keys:Array(String)}, key) AS rank, ${PLACES[question.size]} AS place
                   FROM (${sourceOf(question, MEASURES)}))
             GROUP BY GROUPING SETS ((rank, place), (rank)))
       ORDER BY rank, place ${READ_LIMITS}`,
      { ...parameters(question.filter, question.rawHours), keys, zone: question.zone },
    );
  }

  /**
   * Everybody's clients that called most, at most so many. Every call is read, and without FINAL, which takes ten times as long: until
   * ClickHouse has merged it, one that was delivered twice counts twice.
   */
  topClients(filter: Period, most: number): Promise<ClientSums[]> {
    return this.clickhouse.query<ClientSums>(
      `SELECT client_name, count() AS call_count, countIf(is_error) AS error_count FROM mcp_tool_usage_log
       PREWHERE ${IN_PERIOD}
       GROUP BY client_name ORDER BY call_count DESC, client_name LIMIT {most:UInt32} ${READ_LIMITS}`,
      { ...filter, most },
    );
  }
}

/** SQL of `TimeBucket.place`. */
const PLACES = {
  hour: 'toUInt32(toUnixTimestamp(toStartOfHour(hour)))',
  day: 'toUInt32(toDate(toTimeZone(hour, {zone:String})))',
} as const;

function sourceOf({ filter, groupBy }: SeriesQuestion, measures: Measure[]): string {
  const shape = { key: `toString(${GROUPS[groupBy]})`, measures, moment: QUARTER };
  return FROM_ROWS.includes(groupBy) ? countedRows(filter, shape) : countedHours(filter, shape);
}
