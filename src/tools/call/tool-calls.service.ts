import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock } from '../../common/clock.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { inSpan } from '../../telemetry/tracing.js';
import { Idempotency } from './idempotency.service.js';
import type { IdempotentCall } from './idempotent-calls.repository.js';
import type { ToolCall, ToolOutcome, ToolRequest } from './tool-call.js';
import { ToolCallObserver } from './tool-call.observer.js';
import { ToolMeter } from './tool-meter.service.js';
import { ToolRunner } from './tool-runner.service.js';
import type { RecordedCall } from './recorded-call.js';
import type { SuspendedCall } from '../rounds/suspended-call.js';
import { SuspendedCalls } from '../rounds/suspended-calls.service.js';

/** A call that came to its end, and the idempotency keys it has claimed: one, or those of its rounds. */
interface Ended {
  outcome: ToolOutcome;
  claims: readonly IdempotentCall[];
}

/** A call that has ended; `ToolCalls.record` makes its answer. */
export interface FinishedCall<Answer> {
  readonly call: ToolCall;
  /** Or the kept answer of an earlier call under the same idempotency key. */
  readonly end: Ended | { answered: RecordedCall | Promise<RecordedCall> };
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
    private readonly suspendedCalls: SuspendedCalls,
    private readonly observer: ToolCallObserver,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs the call, unless its caller has too few credits or has been answered before. Every call that this gives out must go to
   * `record`, which releases what it holds.
   * @throws BAD_REQUEST for an idempotency key that is none, CONFLICT for one in use, UNAVAILABLE when the call could not be
   * recorded; it has not run then.
   */
  async run<Answer>(request: ToolRequest, toAnswer: (recorded: RecordedCall) => Answer): Promise<FinishedCall<Answer>> {
    const suspended = this.suspendedCalls.find(request);
    if (suspended) return this.goOn(suspended, request, toAnswer);
    const call = this.begin(request);
    const answered = this.suspendedCalls.answerTo(request);
    if (answered) return { call, end: { answered }, toAnswer };
    let claim: IdempotentCall | undefined;
    try {
      if (request.idempotencyKey !== undefined) {
        const claimed = await this.idempotency.claim(call, request.idempotencyKey);
        if ('answered' in claimed) return { call, end: claimed, toAnswer };
        claim = claimed;
      }
      const reserved = this.meter.reserve(call);
      const refused = reserved && (await inSpan(call.span, 'reserve', () => reserved));
      const outcome = refused ?? (await inSpan(call.span, 'tool', () => this.runTool(call, claim)));
      return { call, end: { outcome, claims: claim ? [claim] : [] }, toAnswer };
    } catch (error) {
      this.meter.abandon(call);
      if (claim) await this.idempotency.release(claim);
      this.observer.ended(call);
      throw error;
    }
  }

  /** Charges and records, then makes the answer. @throws UNAVAILABLE when the record cannot be made; and what `toAnswer` throws. */
  async record<Answer>({ call, end, toAnswer }: FinishedCall<Answer>): Promise<Answer> {
    let recorded: RecordedCall | undefined;
    try {
      recorded = await ('answered' in end ? end.answered : this.settle(call, end));
    } finally {
      this.observer.ended(call, recorded);
    }
    return toAnswer(recorded);
  }

  private begin(request: ToolRequest, id: string = randomUUID()): ToolCall {
    const times = { startedAt: this.clock.now(), startedAtMonotonic: this.clock.monotonic() };
    return { id, entry: request.entry, request, ...times, span: this.observer.started(request) };
  }

  /** The next round of a call whose tool waits for it, or has ended meanwhile. Its price is held since the first. */
  private async goOn<Answer>(
    suspended: SuspendedCall,
    request: ToolRequest,
    toAnswer: FinishedCall<Answer>['toAnswer'],
  ): Promise<FinishedCall<Answer>> {
    const call = this.begin(suspended.roundOf(request), suspended.id);
    try {
      const claimed = suspended.answered ? undefined : await this.claimFor(suspended, call);
      if (claimed && 'answered' in claimed) return { call, end: claimed, toAnswer };
      const { answered, claims } = suspended;
      const goesOn = !answered && this.suspendedCalls.resume(suspended, request);
      // Only a call that goes on gives its keys back, or keeps its answer under them.
      if (claimed && goesOn) claims.push(claimed);
      else if (claimed) await this.idempotency.release(claimed);
      if (answered) return { call, end: { answered }, toAnswer };
      if (!goesOn) throw otherRound();
      const outcome = await inSpan(call.span, 'tool', () => suspended.next(call));
      return { call, end: { outcome, claims }, toAnswer };
    } catch (error) {
      this.observer.ended(call);
      throw error;
    }
  }

  /** A later round may come with an idempotency key of its own, which names the call as well; an answer if it is another call's. */
  private async claimFor(
    { claims }: SuspendedCall,
    call: ToolCall,
  ): Promise<IdempotentCall | { answered: RecordedCall } | undefined> {
    const { idempotencyKey } = call.request;
    if (idempotencyKey === undefined || claims.some(({ key }) => key === idempotencyKey)) return undefined;
    return this.idempotency.claim(call, idempotencyKey);
  }

  private runTool(call: ToolCall, claim: IdempotentCall | undefined): Promise<ToolOutcome> {
    const { client, entry } = call.request;
    // Our own tools run anew in each round.
    if (!client.takesRounds || !entry.tool.isForeign) return this.runner.run(call.request, call.span);
    return this.suspendedCalls.begin({
      call,
      claim,
      settle: (round, outcome, claims) => this.settle(round, { outcome, claims }),
    });
  }

  private settle(call: ToolCall, { outcome, claims }: Ended): Promise<RecordedCall> {
    if (outcome.isSuspended) return this.recordRound(call, outcome, claims);
    const settling = inSpan(call.span, 'settle', () => this.meter.settle(call, outcome));
    return claims.length > 0 ? this.idempotency.keep(claims, settling, outcome) : settling;
  }

  /** A caller who is not told that the call waits can come back only under an idempotency key. */
  private recordRound(call: ToolCall, outcome: ToolOutcome, claims: readonly IdempotentCall[]): Promise<RecordedCall> {
    return this.meter.recordRound(call, outcome).catch((error: unknown) => {
      if (claims.length === 0) void this.suspendedCalls.abandon(call.id);
      throw error;
    });
  }
}

const otherRound = () =>
  new TallygateError('CONFLICT', 'Another request goes on with this call. Ask again in a moment.', { retryAfterSeconds: 1 });
