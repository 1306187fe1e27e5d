import { IsISO8601, IsOptional, Matches } from 'class-validator';
import { Fraction } from '../../rest/dto-fields.js';
import { IsFormat, type Format } from '../../rest/export/export-format.js';
import { PageNumber } from '../../rest/page.dto.js';
import { CallFilterQuery } from './call-filter.dto.js';
import type { UsageRow } from './usage-log.repository.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_WORDS = { message: '$property must be a day, YYYY-MM-DD' };

export class UsageHistoryQuery extends CallFilterQuery {
  /** Page number, from 1. Pages count all that match; to go through many, `before` is faster. */
  @PageNumber()
  page: number = 1;

  /** First day, `YYYY-MM-DD`, in UTC. */
  @IsISO8601({ strict: true }, DAY_WORDS)
  @Matches(DAY, DAY_WORDS)
  @IsOptional()
  start_date?: string;

  /** Last day, inclusive, `YYYY-MM-DD`, in UTC. */
  @IsISO8601({ strict: true }, DAY_WORDS)
  @Matches(DAY, DAY_WORDS)
  @IsOptional()
  end_date?: string;

  /** `csv` or `ndjson`: a file with all matching calls, whatever the page; `json`: a page. Also by `Accept`. */
  @IsFormat()
  format?: Format;
}

/** One call, as its caller may see it. */
export class UsageRecordDto {
  id!: string;
  request_id!: string;
  tool_name!: string;
  /** The tool's source, e.g. `stock-data`. */
  service!: string;
  /** Table or dataset the tool read; empty when there is none. */
  table_name!: string;
  /** Rows the tool returned. */
  record_count!: number;
  @Fraction()
  duration_ms!: number;
  is_error!: boolean;
  /** The tool or its backend failed; such a call costs nothing. */
  is_backend_error!: boolean;
  error_code!: string;
  error_message!: string;
  /** An object; text when they were too long to be stored in full. */
  arguments!: Record<string, unknown> | string;
  credits_charged!: number;
  /** Empty for a call with a login token. */
  api_key_id!: string;
  /** The key's name now, also when it is revoked; null for a call with a login token. */
  api_key_name!: string | null;
  client_name!: string;
  protocol_version!: string;
  /** `http`, `stdio` or `rest`. */
  transport!: string;
  /** When the call was admitted; ISO 8601, UTC. */
  created_at!: string;

  static of(row: UsageRow, keyName: string | undefined): UsageRecordDto {
    return { ...row, arguments: parsed(row.arguments), api_key_name: keyName ?? null };
  }
}

/** A call, and whose it is. */
export class AnyCallDto extends UsageRecordDto {
  user_id!: string;
  /** As it is now; null for a user that there is not. */
  user_email!: string | null;
  user_name!: string | null;
}

/** Whose a call is, as they are called now. */
export interface NamedUser {
  email: string;
  displayName: string | null;
}

/** The members that say whose a call is. */
export const ownerOf = (
  user_id: string,
  user: NamedUser | undefined,
): Pick<AnyCallDto, 'user_id' | 'user_email' | 'user_name'> => ({
  user_id,
  user_email: user?.email ?? null,
  user_name: user?.displayName ?? null,
});

/** Of the file. */
export const RECORD_COLUMNS = [
  'created_at',
  'id',
  'request_id',
  'tool_name',
  'service',
  'table_name',
  'record_count',
  'duration_ms',
  'is_error',
  'is_backend_error',
  'error_code',
  'error_message',
  'arguments',
  'credits_charged',
  'api_key_id',
  'api_key_name',
  'client_name',
  'protocol_version',
  'transport',
] as const satisfies (keyof UsageRecordDto)[];

/** Of the file of everybody's calls. */
export const ANY_CALL_COLUMNS = [...RECORD_COLUMNS, 'user_id', 'user_email'] as const satisfies (keyof AnyCallDto)[];

export class UsageHistoryDto {
  /** Newest first. */
  records!: UsageRecordDto[];
  /** Number of records on all pages; null with `before`, where they are not counted. */
  total!: number | null;
  page!: number;
  page_size!: number;
  /** For `before`, to get the records that follow; null: there are none. */
  next!: string | null;
}

/** Arguments are stored cut to a length; cut ones are no longer JSON and are shown as text. */
function parsed(text: string): Record<string, unknown> | string {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return text;
  }
}
