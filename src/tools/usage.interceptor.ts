import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { hostname } from 'node:os';
import { from, mergeMap, type Observable } from 'rxjs';
import { Clock } from '../common/clock.js';
import { usageEvent, type UsageEvent } from '../usage/usage-event.js';
import { UsageRecorder } from '../usage/usage-recorder.service.js';
import { isBackendError, ToolCall, type ToolOutcome, type ToolRequest } from './tool-call.js';
import { ToolCatalog } from './tool-catalog.service.js';

const REPLICA = `${hostname()}:${process.pid}`;

/** What both protocols put their call into: the MCP context, and the Express request. */
export interface ToolCallCarrier {
  toolRequest(): ToolRequest;
  toolCall?: ToolCall;
}

/** A finished and recorded call, as both protocols answer it. */
export interface RecordedResult {
  content: ToolOutcome['result']['content'];
  structuredContent?: Record<string, unknown>;
  isError?: true;
  _meta: {
    'tallygate/usage': {
      record_count: number;
      table_name: string;
      credits_charged: number;
      credits_remaining: number | null;
      duration_ms: number;
    };
  };
}

/**
 * Admits a call, lets the handler run it, and queues its usage event. The answer leaves only after the event is
 * committed: a call that was answered is recorded (docs/architecture.md, "Usage").
 */
@Injectable()
export class UsageInterceptor implements NestInterceptor<ToolOutcome, RecordedResult> {
  constructor(
    private readonly catalog: ToolCatalog,
    private readonly recorder: UsageRecorder,
    private readonly clock: Clock,
  ) {}

  intercept(execution: ExecutionContext, next: CallHandler<ToolOutcome>): Observable<RecordedResult> {
    const carrier = carrierOf(execution);
    const call = this.catalog.admit(carrier.toolRequest());
    carrier.toolCall = call;
    const ready = this.recorder.ready();
    const outcome = ready ? from(ready).pipe(mergeMap(() => next.handle())) : next.handle();
    return outcome.pipe(mergeMap((value) => this.record(call, value)));
  }

  private async record(call: ToolCall, outcome: ToolOutcome): Promise<RecordedResult> {
    const durationMs = Math.round((this.clock.monotonic() - call.startedAt) * 1_000) / 1_000;
    await this.recorder.record(eventOf(call, outcome, durationMs));
    return answerOf(outcome, durationMs);
  }
}

function carrierOf(execution: ExecutionContext): ToolCallCarrier {
  return execution.getType() === 'rpc' ? execution.switchToRpc().getContext() : execution.switchToHttp().getRequest();
}

function eventOf(call: ToolCall, { result, errorCode }: ToolOutcome, durationMs: number): UsageEvent {
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
    is_error: errorCode !== undefined,
    is_backend_error: isBackendError(errorCode),
    error_code: errorCode ?? '',
    error_message: errorCode ? String(result.content[0]?.['text' as never] ?? '') : '',
    credits_cost: entry.price,
    credits_charged: 0,
    client_name: request.clientName,
    protocol_version: request.protocolVersion,
    transport: request.transport,
    replica: REPLICA,
    created_at: new Date(call.admittedAt),
  });
}

function answerOf({ result }: ToolOutcome, durationMs: number): RecordedResult {
  const usage = {
    record_count: result.usage.recordCount,
    table_name: result.usage.tableName,
    credits_charged: 0,
    credits_remaining: null,
    duration_ms: durationMs,
  };
  return {
    content: result.content,
    ...(result.structuredContent && { structuredContent: result.structuredContent }),
    ...(result.isError && { isError: true as const }),
    _meta: { 'tallygate/usage': usage },
  };
}
