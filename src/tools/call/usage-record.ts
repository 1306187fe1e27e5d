import { hostname } from 'node:os';
import { usageEvent, type UsageEvent } from '../../usage/recording/usage-event.js';
import type { InputRequired } from '../source/call-context.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import { failed, FAILURES, type ToolCall, type ToolErrorCode, type ToolOutcome } from './tool-call.js';
import { textOf } from '../source/content.js';

/** Longer names of clients are cut in the record. */
const CLIENT_NAME_MAX_CHARS = 100;
const REPLICA = `${hostname()}:${process.pid}`;

/** What a call cost and what is left; null where the caller has no account or the call was free. */
export interface Charge {
  charged: number;
  remaining: number | null;
}

export const FREE: Charge = { charged: 0, remaining: null };

/** A call that is recorded, or refused: what there is to answer. */
export interface RecordedCall {
  readonly result: RecordedResult;
  /** The same as JSON. */
  readonly json: string;
  /** Why it did not succeed. A kept answer that is given again has none. */
  readonly errorCode?: ToolErrorCode | undefined;
  /** See `ToolOutcome`. */
  readonly missingCapability?: string | undefined;
}

/** The result of a call with what it cost, as MCP answers it. */
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

/** What a tool gave, as JSON without its braces. Made before the call is charged: what cannot be written costs nothing. */
export interface WrittenOutcome {
  readonly outcome: ToolOutcome;
  readonly json: string;
  readonly meta: string;
}

/** Writes what a tool gave. An answer that is nested too deeply or too large to be written is a failure of its backend. */
export function written(entry: CatalogTool, outcome: ToolOutcome): WrittenOutcome {
  const { content, structuredContent, isError, meta } = outcome.result;
  try {
    const parts = { content, ...(structuredContent && { structuredContent }), ...(isError && { isError }) };
    return { outcome, json: JSON.stringify(parts).slice(1, -1), meta: meta ? JSON.stringify(meta).slice(1, -1) : '' };
  } catch {
    const words = `The answer of ${entry.tool.name} cannot be written as JSON: it is too large or nested too deeply. Nothing was charged.`;
    return written(entry, failed(entry, 'BACKEND_ERROR', words, 'known'));
  }
}

/** The call as it may be answered now. */
export function recordedCall(
  { outcome: { result, inputRequired, errorCode, missingCapability }, json, meta }: WrittenOutcome,
  durationMs: number,
  { charged, remaining }: Charge,
): RecordedCall {
  const usage = {
    record_count: result.usage.recordCount,
    table_name: result.usage.tableName,
    credits_charged: charged,
    credits_remaining: remaining,
    duration_ms: durationMs,
  };
  const recorded: RecordedResult = {
    content: result.content,
    ...(result.structuredContent && { structuredContent: result.structuredContent }),
    ...(result.isError && { isError: true as const }),
    ...(inputRequired && { inputRequired }),
    _meta: { ...result.meta, 'tallygate/usage': usage },
  };
  const metaJson = `${meta && `${meta},`}"tallygate/usage":${JSON.stringify(usage)}`;
  return { result: recorded, json: `{${json},"_meta":{${metaJson}}}`, errorCode, missingCapability };
}
