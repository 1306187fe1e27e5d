import { IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { IdFilter, Instant } from '../../rest/dto-fields.js';
import { PageSizeQuery } from '../../rest/page.dto.js';
import { CURSOR } from './call-cursor.js';
import { momentOf } from './usage-days.js';
import { OUTCOMES, type CallFilter, type Outcome } from './usage-filter.js';

/** What calls a list shows. */
export class CallFilterQuery extends PageSizeQuery {
  /** Only calls of this tool. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  tool_name?: string;

  /** Only calls made with this key. */
  @IdFilter()
  api_key_id?: string;

  /** Only calls that ended so; `tool_error` is what the tool itself reported. */
  @IsIn(OUTCOMES)
  @IsOptional()
  outcome?: Outcome;

  /** Only calls of tools of this source, e.g. `stock-data`. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  service?: string;

  /** Only calls of clients of exactly this name. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  client_name?: string;

  /** Only calls that took at least so many milliseconds. */
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  @IsOptional()
  min_duration_ms?: number;

  /** Only calls of this request. */
  @Length(1, 200)
  @IsString()
  @IsOptional()
  request_id?: string;

  /** Only calls from this instant on, ISO 8601 with its zone. */
  @Instant()
  from?: string;

  /** Only calls before this instant, ISO 8601 with its zone. */
  @Instant()
  to?: string;

  /** Only calls that are older than one: `next` of the answer before. New calls do not move what it goes on with. */
  @Matches(CURSOR, { message: 'before must be the next of an answer' })
  @IsOptional()
  before?: string;
}

/** The parts of a filter that are asked for; without a user. */
export function filterOf(query: CallFilterQuery): Partial<CallFilter> {
  const { from, to, outcome, service } = query;
  const parts: Partial<Record<keyof CallFilter, unknown>> = {
    from: from && momentOf(Date.parse(from)),
    to: to && momentOf(Date.parse(to)),
    toolName: query.tool_name,
    apiKeyId: query.api_key_id,
    outcome,
    service,
    clientName: query.client_name,
    minDurationMs: query.min_duration_ms,
    requestId: query.request_id,
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}
