import { Injectable } from '@nestjs/common';
import { ClickHouse } from '../clickhouse/clickhouse.js';

/** Which calls are asked for. Moments are `YYYY-MM-DD HH:00:00`, UTC; `to` is exclusive. */
export interface UsageFilter {
  userId: string;
  from: string;
  to: string;
  toolName?: string;
  apiKeyId?: string;
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

/** Bounds one reader; beyond it a narrower question has to be asked. */
export const READ_LIMITS = 'SETTINGS max_execution_time = 20, max_memory_usage = 1000000000';

/** All SQL that reads and writes single rows of `mcp_tool_usage_log`. */
@Injectable()
export class UsageLogRepository {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** Inserts lines of JSON as they are. `token` is ours, never a caller's; the same token means the same lines. */
  insert(token: string, lines: string, signal: AbortSignal): Promise<void> {
    const settings = `SETTINGS insert_deduplication_token = '${token}', async_insert = 0`;
    return this.clickhouse.insert(`INSERT INTO mcp_tool_usage_log ${settings} FORMAT JSONEachRow`, `${lines}\n`, { signal });
  }

  /**
   * A page of rows, newest first, each once. Finds the page by the narrow columns of the sorting key, then reads only its
   * rows; `LIMIT 1 BY id` drops repeated deliveries without merging the whole user as FINAL would.
   */
  findPage(filter: UsageFilter, limit: number, offset: number): Promise<UsageRow[]> {
    return this.clickhouse.query<UsageRow>(
      `SELECT id, request_id, tool_name, service_prefix AS service, table_name, record_count, duration_ms, is_error,
              is_backend_error, error_code, error_message, arguments, credits_charged, api_key_id, client_name,
              protocol_version, transport, created_at
       FROM mcp_tool_usage_log
       WHERE user_id = {userId:String} AND (created_at, id) IN (
         SELECT created_at, id FROM mcp_tool_usage_log
         WHERE user_id = {userId:String} AND created_at >= {from:DateTime64(3, 'UTC')} AND created_at < {to:DateTime64(3, 'UTC')}
           ${dimensions(filter)}
         ORDER BY created_at DESC, id DESC LIMIT 1 BY id LIMIT {limit:UInt32} OFFSET {offset:UInt64})
       ORDER BY created_at DESC, id DESC LIMIT 1 BY id ${READ_LIMITS}`,
      { ...filter, limit, offset },
    );
  }
}

/** The optional parts of a filter, on columns the raw table and the rollup share. */
export const dimensions = ({ toolName, apiKeyId }: UsageFilter): string =>
  `${toolName === undefined ? '' : 'AND tool_name = {toolName:String}'} ${apiKeyId === undefined ? '' : 'AND api_key_id = {apiKeyId:String}'}`;

const CANNOT_BE_READ =
  /^(CANNOT_PARSE|CANNOT_READ|INCORRECT_DATA|TYPE_MISMATCH|CANNOT_CONVERT|VALUE_IS_OUT_OF_RANGE|ATTEMPT_TO_READ_AFTER_EOF|UNEXPECTED_END_OF_FILE|TOO_LARGE_STRING_SIZE|DECIMAL_OVERFLOW)/;

/** ClickHouse could not make rows of what it was sent: sending it again cannot help. */
export const isUnreadableRow = (error: unknown): boolean => CANNOT_BE_READ.test((error as { type?: string }).type ?? '');
