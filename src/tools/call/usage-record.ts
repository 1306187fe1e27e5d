import { hostname } from 'node:os';
import { usageEvent, type UsageEvent } from '../../usage/recording/usage-event.js';
import { textOf } from '../source/content.js';
import { FAILURES, type ToolCall, type ToolOutcome } from './tool-call.js';

/** Longer names of clients are cut in the record. */
const CLIENT_NAME_MAX_CHARS = 100;
const REPLICA = `${hostname()}:${process.pid}`;

/** The usage event of a call. `durationMs`: how long it took; `charged`: credits. */
export function recordOf(call: ToolCall, { result, errorCode }: ToolOutcome, durationMs: number, charged: number): UsageEvent {
  const { entry, request } = call;
  return usageEvent({
    id: call.id,
    request_id: request.requestId,
    user_id: request.principal.userId,
    api_key_id: request.principal.apiKey?.id ?? '',
    tool_name: entry.tool.name,
    service_prefix: entry.source,
    table_name: result.usage.tableName,
    arguments: request.arguments,
    record_count: result.usage.recordCount,
    duration_ms: durationMs,
    is_error: errorCode !== undefined && errorCode !== 'INPUT_REQUIRED',
    is_backend_error: errorCode !== undefined && FAILURES[errorCode].isBackendError,
    error_code: errorCode ?? '',
    error_message: errorCode ? textOf(result) : '',
    credits_cost: entry.price,
    credits_charged: charged,
    client_name: request.clientName.slice(0, CLIENT_NAME_MAX_CHARS),
    protocol_version: request.protocolVersion,
    transport: request.transport,
    replica: REPLICA,
    created_at: new Date(call.startedAt),
  });
}
