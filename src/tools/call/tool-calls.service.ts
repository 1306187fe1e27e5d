import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { inSpan } from '../../telemetry/tracing.js';
import { Idempotency } from './idempotency.service.js';
import type { IdempotentCall } from './idempotent-calls.repository.js';
import { newCallId, type ToolCall, type ToolOutcome, type ToolRequest } from './tool-call.js';
import { ToolCallObserver } from './tool-call.observer.js';
import { ToolMeter } from './tool-meter.service.js';
import { ToolRunner } from './tool-runner.service.js';
import type { RecordedCall } from './usage-record.js';

/** How a call ended: with an outcome that is not recorded yet, or with an answer that needs no record. */
type End = { outcome: ToolOutcome; claim: IdempotentCall | undefined } | { answered: RecordedCall };

/** A call that has ended; `ToolCalls.record` makes its answer. */
export interface FinishedCall<Answer> {
  readonly call: ToolCall;
  readonly end: End;
  /** Says the recorded end in the words of the protocol. */
  readonly toAnswer: (recorded: RecordedCall) => Answer;
}

/**
 * The story of one call, the same for MCP and REST: claim its idempotency key → reserve its price → run → record. The first three
 * are `run`, which handlers call; the last is `record`, which `UsageInterceptor` calls with what the handler gave it. No answer
 * leaves before its record is durable (docs/adr/0003-record-before-answer.md).
 */
@Injectable()
export class ToolCalls {
  constructor(
    private readonly meter: ToolMeter,
    private readonly idempotency: Idempotency,
    private readonly runner: ToolRunner,
    private readonly observer: ToolCallObserver,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs the call, unless its caller has too few credits or has been answered before. Every call that this gives out must go to
   * `record`, which releases what it holds.
   * @throws CONFLICT for an idempotency key in use, UNAVAILABLE when the call could not be recorded; it has not run then.
   */
  async run<Answer>(request: ToolRequest, toAnswer: (recorded: RecordedCall) => Answer): Promise<FinishedCall<Answer>> {
    const call = this.begin(request);
    try {
      return { call, end: await this.endOf(call), toAnswer };
    } catch (error) {
      this.observer.ended(call);
      throw error;
    }
  }

  /** Charges and records, then makes the answer. @throws UNAVAILABLE when the record cannot be made; and what `toAnswer` throws. */
  async record<Answer>({ call, end, toAnswer }: FinishedCall<Answer>): Promise<Answer> {
    let recorded: RecordedCall | undefined;
    try {
      recorded = 'answered' in end ? end.answered : await this.settle(call, end);
    } finally {
      this.observer.ended(call, recorded);
    }
    return toAnswer(recorded);
  }

  private begin(request: ToolRequest): ToolCall {
    const times = { startedAt: this.clock.now(), startedAtMonotonic: this.clock.monotonic() };
    return { id: newCallId(), entry: request.entry, request, ...times, span: this.observer.started(request) };
  }

  private async endOf(call: ToolCall): Promise<End> {
    const { idempotencyKey } = call.request;
    if (idempotencyKey === undefined) return this.metered(call, undefined);
    const claim = await this.idempotency.claim(call, idempotencyKey);
    if ('answered' in claim) return claim;
    try {
      const end = await this.metered(call, claim);
      if ('answered' in end) await this.idempotency.release(claim);
      return end;
    } catch (error) {
      await this.idempotency.release(claim);
      throw error;
    }
  }

  private async metered(call: ToolCall, claim: IdempotentCall | undefined): Promise<End> {
    const reserved = this.meter.reserve(call);
    const refusal = reserved && (await inSpan(call.span, 'reserve', () => reserved));
    if (refusal) return { answered: refusal };
    return { outcome: await inSpan(call.span, 'tool', () => this.runner.run(call.request, call.span)), claim };
  }

  private async settle(call: ToolCall, { outcome, claim }: Extract<End, { outcome: ToolOutcome }>): Promise<RecordedCall> {
    const settling = inSpan(call.span, 'settle', () => this.meter.settle(call, outcome));
    if (!claim) return settling;
    return this.idempotency.keep(claim, settling, outcome);
  }
}
