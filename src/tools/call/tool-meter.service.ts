import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { CreditLedger } from '../../credits/credit-ledger.service.js';
import { UsageRecorder } from '../../usage/recording/usage-recorder.service.js';
import { failed, type ToolCall, type ToolErrorCode, type ToolOutcome } from './tool-call.js';
import { answerOf, FREE, recordOf, type RecordedResult } from './usage-record.js';

/**
 * Ends that cost nothing: the tool did not run, its backend failed, or its client is asked first. A tool that ran and says the caller asked
 * for something it cannot do has done its work (source 002 charges it too).
 */
const FREE_FAILURES: ReadonlySet<ToolErrorCode> = new Set([
  'INVALID_ARGUMENTS',
  'BACKEND_ERROR',
  'TIMEOUT',
  'CANCELLED',
  'INPUT_REQUIRED',
]);

/**
 * What a call costs: reserved before its tool runs, charged or released after, and recorded with it. The answer may
 * leave only when `settle` has resolved, since only then the record is durable (docs/adr/0003-record-before-answer.md).
 */
@Injectable()
export class ToolMeter {
  constructor(
    private readonly ledger: CreditLedger,
    private readonly recorder: UsageRecorder,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Whether the call may run. Undefined: yes, and nothing had to be asked; else a promise of the refusal, or of nothing.
   * @throws UNAVAILABLE when PostgreSQL is away: what cannot be recorded is not run.
   */
  reserve(call: ToolCall): Promise<RecordedResult | undefined> | undefined {
    const { accountId } = call.request.principal;
    if (accountId === undefined && this.config.values.credits.mode === 'required') {
      return Promise.resolve(this.refused(call, 'MCP is not enabled for your account. Enable it with POST /api/mcp/enable.'));
    }
    if (this.isCharged(call)) return this.reserveCredits(call, accountId!);
    return this.recorder.ready()?.then(() => undefined);
  }

  /** Charges or releases, records, and gives the answer that may leave now. */
  async settle(call: ToolCall, outcome: ToolOutcome): Promise<RecordedResult> {
    const durationMs = this.durationOf(call);
    call.errorCode = outcome.errorCode;
    if (this.isCharged(call)) return this.settleCredits(call, outcome, durationMs);
    await this.recorder.record(recordOf(call, outcome, durationMs, 0));
    return answerOf(outcome, durationMs, FREE);
  }

  private isCharged({ entry, request }: ToolCall): boolean {
    return entry.price > 0 && request.principal.accountId !== undefined;
  }

  private async reserveCredits(call: ToolCall, accountId: number): Promise<RecordedResult | undefined> {
    const { price } = call.entry;
    const holdMs = 1_000 * this.config.values.credits.hold_seconds;
    const reservation = await this.ledger.reserve({ eventId: call.id, accountId, amount: price, holdMs });
    if (reservation.granted) return undefined;
    if (reservation.inactive) return this.refused(call, 'Your MCP account is switched off.');
    return this.refused(call, `Insufficient credits: need ${price}, have ${reservation.available}.`, reservation.available);
  }

  private async settleCredits(call: ToolCall, outcome: ToolOutcome, durationMs: number): Promise<RecordedResult> {
    const charge = outcome.errorCode && FREE_FAILURES.has(outcome.errorCode) ? 0 : call.entry.price;
    const event = recordOf(call, outcome, durationMs, charge);
    const settlement = await this.ledger.settle({
      eventId: call.id,
      accountId: call.request.principal.accountId!,
      charge,
      usage: { createdAt: event.created_at, body: JSON.stringify(event) },
    });
    return answerOf(outcome, durationMs, settlement);
  }

  /** A refusal is answered like a tool's own failure, so that an agent reads why; it is no call, and not recorded. */
  private refused(call: ToolCall, message: string, available: number | null = null): RecordedResult {
    call.errorCode = 'REFUSED';
    return answerOf(failed(call, 'REFUSED', message), this.durationOf(call), { charged: 0, remaining: available });
  }

  /** Milliseconds since the call was admitted, to the microsecond. */
  private durationOf({ startedAt }: ToolCall): number {
    return Math.round((this.clock.monotonic() - startedAt) * 1_000) / 1_000;
  }
}
