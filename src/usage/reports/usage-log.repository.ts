import { Injectable } from '@nestjs/common';
import { SEES_WRITES } from '../../clickhouse/clickhouse-cluster.js';
import { ClickHouse } from '../../clickhouse/clickhouse.js';
import type { CallPlace } from './call-cursor.js';
import { conditions, IN_PERIOD, ofUser, READ_LIMITS, type CallFilter, type UsageFilter } from './usage-filter.js';
import type { HourCounts } from '../delivery/usage-hours.repository.js';

export interface PageRange {
  limit: number;
  /** Rows on the pages before. */
  offset: number;
}

/** The place of a page among all matching rows. */
export interface PagePlace {
  /** Number of rows on all pages. */
  total: number;
  /** Starts of the hours that contain the page's rows, oldest first. */
  hours: string[];
  /** Rows of these hours that are newer than the page. */
  skip: number;
}

/** A row as history shows it. */
export interface UsageRow {
  id: string;
  request_id: string;
  tool_name: string;
  service: string;
  table_name: string;
  record_count: number;
  duration_ms: number;
  is_error: boolean;
  is_backend_error: boolean;
  error_code: string;
  error_message: string;
  arguments: string;
  credits_charged: number;
  api_key_id: string;
  client_name: string;
  protocol_version: string;
  transport: string;
  created_at: string;
}

/** A row, and whose it is. */
export type AnyRow = UsageRow & { user_id: string };

const LOG = 'mcp_tool_usage_log';
/** The same rows of the last days, by time; the log is by user. */
export const BY_TIME = 'mcp_tool_usage_by_time';
type UsageTable = typeof LOG | typeof BY_TIME;

/** A clock may be wrong by years, and then rows of one insert are of many parts. */
const ANY_TIME = 'max_partitions_per_insert_block = 0';

/** Columns of `UsageRow`. */
const ROW_COLUMNS = `id, request_id, tool_name, service_prefix AS service, table_name, record_count, duration_ms, is_error,
              is_backend_error, error_code, error_message, arguments, credits_charged, api_key_id, client_name,
              protocol_version, transport, created_at`;

/** A row as the call list of an account shows it. */
export type UsageCall = Pick<UsageRow, (typeof CALL_COLUMNS)[number]> & { credits_cost: number };

const CALL_COLUMNS = [
  'id',
  'request_id',
  'tool_name',
  'is_error',
  'is_backend_error',
  'error_code',
  'duration_ms',
  'credits_charged',
  'created_at',
] as const;

/** All SQL that reads and writes single calls: rows of `mcp_tool_usage_log`, and of the same of the last days by time. */
@Injectable()
export class UsageLogRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /**
   * Inserts lines of JSON unchanged, into both tables. `token` is ours, never a caller's; the same token means the same lines. Who is
   * refused by the second one sends them again to both.
   */
  async insert(token: string, lines: string, signal: AbortSignal): Promise<void> {
    const settings = `SETTINGS insert_deduplication_token = '${token}', async_insert = 0, ${ANY_TIME}`;
    for (const table of [LOG, BY_TIME])
      await this.clickhouse.insert(`INSERT INTO ${table} ${settings} FORMAT JSONEachRow`, `${lines}\n`, { signal });
  }

  /** Gives the table by time what the log has of an hour, as far as it lacks it. */
  copyByTime(hour: string): Promise<void> {
    return this.clickhouse.command(
      `INSERT INTO ${BY_TIME} SELECT * FROM ${LOG} FINAL
       PREWHERE created_at >= {hour:DateTime64(3, 'UTC')} AND created_at < {hour:DateTime64(3, 'UTC')} + INTERVAL 1 HOUR ${SEES_WRITES}, ${ANY_TIME}`,
      { hour },
    );
  }

  /** What is kept of the calls of so many hours from one on, `YYYY-MM-DD HH:00:00`, UTC. Each call counts once. */
  countByHour(from: string, hours: number, signal: AbortSignal, table: UsageTable = LOG): Promise<HourCounts[]> {
    return this.clickhouse.query<HourCounts>(
      `SELECT toString(toStartOfHour(created_at)) AS hour, count() AS calls, sum(credits_charged) AS credits,
         sum(toUInt64(reinterpretAsUInt32(reverse(unhex(substring(toString(id), 1, 8)))))) AS idSum
       FROM ${table} FINAL
       PREWHERE created_at >= {from:DateTime64(3, 'UTC')} AND created_at < {from:DateTime64(3, 'UTC')} + toIntervalHour({hours:UInt32})
       GROUP BY hour ORDER BY hour ${SEES_WRITES}`,
      { from, hours },
      { signal },
    );
  }

  /** Which of these calls of an hour are there. Their ids are ours, never a caller's; as parameters, they would be too long an address. */
  async findIds(hour: string, ids: readonly string[], signal: AbortSignal): Promise<string[]> {
    const list = ids.filter((id) => UUID.test(id)).map((id) => `'${id}'`);
    if (list.length === 0) return [];
    const rows = await this.clickhouse.query<{ found: string }>(
      `SELECT DISTINCT toString(id) AS found FROM mcp_tool_usage_log
       WHERE created_at >= {hour:DateTime64(3, 'UTC')} AND created_at < {hour:DateTime64(3, 'UTC')} + INTERVAL 1 HOUR
         AND id IN (${list.join()}) ${SEES_WRITES}`,
      { hour },
      { signal },
    );
    return rows.map(({ found }) => found);
  }

  /** At most `limit` rows of the page in the columns of history, newest first, each once. */
  findPage(filter: UsageFilter, place: PagePlace, limit: number): Promise<UsageRow[]> {
    return this.page<UsageRow>(ROW_COLUMNS, filter, place, limit);
  }

  /** As `findOlder`, with whose they are. */
  findOlderOfAny(filter: CallFilter, last: CallPlace | undefined, limit: number, signal?: AbortSignal): Promise<AnyRow[]> {
    return this.older(`user_id, ${ROW_COLUMNS}`, filter, last, limit, signal);
  }

  /** At most `limit` rows of a user that are older than `last`, or the newest, newest first; repeated deliveries of one are neighbours. */
  findOlder(filter: UsageFilter, last: CallPlace | undefined, limit: number, signal?: AbortSignal): Promise<UsageRow[]> {
    return this.older(ROW_COLUMNS, filter, last, limit, signal);
  }

  /** At most `limit` rows of the page in the columns of an account's call list, newest first, each once. */
  findCalls(filter: UsageFilter, place: PagePlace, limit: number): Promise<UsageCall[]> {
    return this.page<UsageCall>([...CALL_COLUMNS, 'credits_cost'].join(', '), filter, place, limit);
  }

  /**
   * A user's, or everybody's of the last days. Read in the order of the sorting key, from its end, and by one thread, so that little more
   * is read than what is given; with `LIMIT 1 BY id` or FINAL it would be all of the user's.
   */
  private older<Row>(
    columns: string,
    filter: CallFilter,
    last: CallPlace | undefined,
    limit: number,
    signal?: AbortSignal,
  ): Promise<Row[]> {
    const at = last?.created_at.replace('T', ' ').replace('Z', '');
    return this.clickhouse.query<Row>(
      `SELECT ${columns} FROM ${filter.userId === undefined ? BY_TIME : LOG}
       WHERE ${ofUser(filter)} ${IN_PERIOD} ${last ? IS_OLDER : ''} ${conditions(filter)}
       ORDER BY created_at DESC, id DESC LIMIT {limit:UInt32} ${READ_LIMITS}, max_threads = 1`,
      { ...filter, limit, ...(last && { at, lastId: last.id }) },
      signal && { signal },
    );
  }

  /**
   * Finds the page by the narrow columns of the sorting key, then reads only its rows; `LIMIT 1 BY id` drops repeated
   * deliveries without merging the whole user as FINAL would.
   */
  private async page<Row>(columns: string, filter: UsageFilter, { hours, skip }: PagePlace, limit: number): Promise<Row[]> {
    if (hours.length === 0) return [];
    return this.clickhouse.query<Row>(
      `SELECT ${columns}
       FROM mcp_tool_usage_log
       WHERE ${IN_HOURS} AND (created_at, id) IN (
         SELECT created_at, id FROM mcp_tool_usage_log
         WHERE ${IN_HOURS} AND ${IN_PERIOD} ${conditions(filter)}
         ORDER BY created_at DESC, id DESC LIMIT 1 BY id LIMIT {limit:UInt32} OFFSET {skip:UInt64})
       ORDER BY created_at DESC, id DESC LIMIT 1 BY id ${READ_LIMITS}`,
      { ...filter, hours, first: hours[0], last: hours.at(-1), limit, skip },
    );
  }
}

/** The range selects parts and granules; the list selects the hours among them. */
const IN_HOURS = `user_id = {userId:String} AND created_at >= {first:DateTime64(3, 'UTC')}
  AND created_at < {last:DateTime64(3, 'UTC')} + INTERVAL 1 HOUR AND toStartOfHour(created_at) IN {hours:Array(DateTime('UTC'))}`;

/** The first condition is the one that the index knows. */
const IS_OLDER = `AND created_at <= {at:DateTime64(3, 'UTC')}
         AND (created_at < {at:DateTime64(3, 'UTC')} OR id < {lastId:UUID})`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const CANNOT_BE_READ =
  /^(CANNOT_PARSE|CANNOT_READ|INCORRECT_DATA|TYPE_MISMATCH|CANNOT_CONVERT|VALUE_IS_OUT_OF_RANGE|ATTEMPT_TO_READ_AFTER_EOF|UNEXPECTED_END_OF_FILE|TOO_LARGE_STRING_SIZE|DECIMAL_OVERFLOW)/;

/** Whether ClickHouse could not parse the rows it was sent, so that sending them again cannot help. */
export const isUnreadableRow = (error: unknown): boolean => CANNOT_BE_READ.test((error as { type?: string }).type ?? '');
