import { hostname } from 'node:os';
import { usageEvent, type UsageEvent } from '../../usage/recording/usage-event.js';
import type { InputRequired } from '../source/call-context.js';
import { isBackendError, type ToolCall, type ToolOutcome } from './tool-call.js';
import { textOf } from '../source/content.js';

const REPLICA = `${hostname()}:${process.pid}`;

/** What a call cost and what is left; null where the caller has no account or the call was free. */
export interface Charge {
  charged: number;
  remaining: number | null;
}

export const FREE: Charge = { charged: 0, remaining: null };

/** A finished and recorded call, as both protocols answer it. */
export interface RecordedResult {
  content: ToolOutcome['result']['content'];
  structuredContent?: Record<string, unknown>;
  isError?: true;
  /** In place of the other fields: what the client is asked first. */
  inputRequired?: InputRequired;
  _meta: {
    [name: string]: unknown;
    'tallygate/usage': {
      record_count: number;
      table_name: string;
      credits_charged: number;
      credits_remaining: number | null;
      duration_ms: number;
    };
    /** This is the kept answer of an earlier call with the same idempotency key. */
    'tallygate/replayed'?: true;
  };
}

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
    is_backend_error: isBackendError(errorCode),
    error_code: errorCode ?? '',
    error_message: errorCode ? textOf(result) : '',
    credits_cost: entry.price,
    credits_charged: charged,
    client_name: request.clientName,
    protocol_version: request.protocolVersion,
    transport: request.transport,
    replica: REPLICA,
    created_at: new Date(call.admittedAt),
  });
}

export function answerOf(
  { result, inputRequired }: ToolOutcome,
  durationMs: number,
  { charged, remaining }: Charge,
): RecordedResult {
  const usage = {
    record_count: result.usage.recordCount,
    table_name: result.usage.tableName,
    credits_charged: charged,
    credits_remaining: remaining,
    duration_ms: durationMs,
  };
  return {
    content: result.content,
    ...(result.structuredContent && { structuredContent: result.structuredContent }),
    ...(result.isError && { isError: true as const }),
    ...(inputRequired && { inputRequired }),
    _meta: { ...result.meta, 'tallygate/usage': usage },
  };
}
