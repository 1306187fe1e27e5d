import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { firstValueFrom, from, mergeMap, type Observable, of } from 'rxjs';
import { inSpan } from '../common/tracing.js';
import { Idempotency } from './idempotency.service.js';
import type { ToolCall, ToolOutcome, ToolRequest } from './tool-call.js';
import { ToolCallObserver } from './tool-call.observer.js';
import { ToolCatalog } from './tool-catalog.service.js';
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
    return this.observer.observe(call, () => this.once(call, next));
  }

  private once(call: ToolCall, next: CallHandler<ToolOutcome>): Observable<RecordedResult> {
    const { idempotencyKey } = call.request;
    if (idempotencyKey === undefined) return this.metered(call, next);
    return from(this.idempotency.once(call, idempotencyKey, () => firstValueFrom(this.metered(call, next))));
  }

  private metered(call: ToolCall, next: CallHandler<ToolOutcome>): Observable<RecordedResult> {
    const reserved = this.meter.reserve(call);
    if (!reserved) return this.run(call, next);
    return from(inSpan(call.span, 'reserve', reserved)).pipe(
      mergeMap((refusal) => (refusal ? of(refusal) : this.run(call, next))),
    );
  }

  private run(call: ToolCall, next: CallHandler<ToolOutcome>): Observable<RecordedResult> {
    const outcome = from(inSpan(call.span, 'tool', next.handle()));
    return outcome.pipe(mergeMap((found) => inSpan(call.span, 'settle', this.meter.settle(call, found))));
  }
}

function carrierOf(execution: ExecutionContext): ToolCallCarrier {
  return execution.getType() === 'rpc' ? execution.switchToRpc().getContext() : execution.switchToHttp().getRequest();
}
