import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, PickType } from '@nestjs/swagger';
import { IdFilter } from '../../rest/dto-fields.js';
import type { UsageEvent } from '../recording/usage-event.js';
import { CallFilterQuery } from '../reports/call-filter.dto.js';
import { outcomeOf } from '../reports/usage-filter.js';

/** What calls a stream tells of, as the lists filter. */
export class CallStreamQuery extends PickType(CallFilterQuery, [
  'tool_name',
  'api_key_id',
  'outcome',
  'service',
  'client_name',
  'min_duration_ms',
  'request_id',
]) {}

export class AllCallsStreamQuery extends CallStreamQuery {
  /** Only this user's calls. */
  @IdFilter()
  user_id?: string;
}

/** Of an event `skipped`: calls that were not told, since their reader was too slow or away for too long. */
export class CallsSkippedDto {
  /** How many; null: nobody knows. */
  count!: number | null;
}

/** Whether a stream tells of a call. */
export function isWanted(query: CallStreamQuery, event: UsageEvent): boolean {
  const { tool_name, api_key_id, outcome, service, client_name, min_duration_ms, request_id } = query;
  const pairs = [
    [tool_name, event.tool_name],
    [api_key_id, event.api_key_id],
    [service, event.service_prefix],
    [client_name, event.client_name],
    [request_id, event.request_id],
    [outcome, outcome && outcomeOf(event)],
  ];
  const isSame = pairs.every(([wanted, found]) => wanted === undefined || wanted === found);
  return isSame && (min_duration_ms === undefined || event.duration_ms >= min_duration_ms);
}

/** For the API document: server-sent events. @param record what each is */
export const ApiCallStream = (record: Type) =>
  applyDecorators(
    ApiExtraModels(record, CallsSkippedDto),
    ApiHeader({
      name: 'Last-Event-ID',
      description: 'The id of the last event that was read: what came since then is sent first, at most 200 calls',
      required: false,
    }),
    ApiOkResponse({
      description:
        `Server-sent events without end. The data of each is as \`${record.name}\`; that of an event \`skipped\` as \`CallsSkippedDto\`. ` +
        'A comment comes every 15 seconds.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    }),
  );
