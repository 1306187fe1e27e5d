import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { inSpan } from '../../telemetry/tracing.js';
import { Idempotency } from './idempotency.service.js';
import type { ToolCall, ToolOutcome, ToolRequest } from './tool-call.js';
import { ToolCallObserver } from './tool-call.observer.js';
import { ToolCatalog } from '../catalog/tool-catalog.service.js';
import { ToolMeter } from './tool-meter.service.js';
import type { RecordedResult } from './usage-record.js';

/** What both protocols put their call into: the MCP context, and the Express request. */
export interface ToolCallCarrier {
  toolRequest(): ToolRequest;
  toolCall?: ToolCall;
}

/** Meters a call around its handler: admit, reserve, run, settle; the answer leaves only when it is recorded. */
@Injectable()
export class UsageInterceptor implements NestInterceptor<ToolOutcome, RecordedResult> {
  constructor(
    private readonly catalog: ToolCatalog,
    private readonly meter: ToolMeter,
    private readonly idempotency: Idempotency,
    private readonly observer: ToolCallObserver,
  ) {}

  intercept(execution: ExecutionContext, next: CallHandler<ToolOutcome>): Observable<RecordedResult> {
    const carrier = carrierOf(execution);
    const call = this.catalog.admit(carrier.toolRequest());
    carrier.toolCall = call;
    return from(this.observer.observe(call, () => this.once(call, next)));
  }

  private once(call: ToolCall, next: CallHandler<ToolOutcome>): Promise<RecordedResult> {
    const { idempotencyKey } = call.request;
    if (idempotencyKey === undefined) return this.metered(call, next);
    return this.idempotency.once(call, idempotencyKey, () => this.metered(call, next));
  }

  private async metered(call: ToolCall, next: CallHandler<ToolOutcome>): Promise<RecordedResult> {
    const reserved = this.meter.reserve(call);
    const refusal = reserved && (await inSpan(call.span, 'reserve', () => reserved));
    if (refusal) return refusal;
    const outcome = await inSpan(call.span, 'tool', () => firstValueFrom(next.handle()));
    return inSpan(call.span, 'settle', () => this.meter.settle(call, outcome));
  }
}

function carrierOf(execution: ExecutionContext): ToolCallCarrier {
  return execution.getType() === 'rpc' ? execution.switchToRpc().getContext() : execution.switchToHttp().getRequest();
}
