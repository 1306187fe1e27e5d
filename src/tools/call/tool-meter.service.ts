import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { CreditLedger } from '../../credits/credit-ledger.service.js';
import { UsageRecorder } from '../../usage/recording/usage-recorder.service.js';
import { failed, FAILURES, type ToolCall, type ToolOutcome } from './tool-call.js';
import { FREE, recordedCall, recordOf, type RecordedCall } from './usage-record.js';

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
   * Holds the price of the call. Gives the refusal of a call that may not run; undefined for one that may, and also at once where
   * nothing has to be asked, so that most calls do not wait.
   * @throws UNAVAILABLE when PostgreSQL is away: what cannot be recorded is not run.
   */
  reserve(call: ToolCall): Promise<RecordedCall | undefined> | undefined {
    const { accountId } = call.request.principal;
    if (accountId === undefined && this.config.values.credits.mode === 'required') {
      return Promise.resolve(this.refused(call, 'MCP is not enabled for your account. Enable it with POST /api/mcp/enable.'));
    }
    if (this.isCharged(call)) return this.reserveCredits(call, accountId!);
    return this.recorder.ready()?.then(() => undefined);
  }

  /** Charges or releases, records, and gives the answer that may leave now. */
  async settle(call: ToolCall, outcome: ToolOutcome): Promise<RecordedCall> {
    const durationMs = this.durationOf(call);
    if (this.isCharged(call)) return this.settleCredits(call, outcome, durationMs);
    await this.recorder.record(recordOf(call, outcome, durationMs, 0));
    return recordedCall(outcome, durationMs, FREE);
  }

  private isCharged({ entry, request }: ToolCall): boolean {
    return entry.price > 0 && request.principal.accountId !== undefined;
  }

  private async reserveCredits(call: ToolCall, accountId: number): Promise<RecordedCall | undefined> {
    const { price } = call.entry;
    const holdMs = 1_000 * this.config.values.credits.hold_seconds;
    const reservation = await this.ledger.reserve({ eventId: call.id, accountId, amount: price, holdMs });
    if (reservation.granted) return undefined;
    if (reservation.inactive) return this.refused(call, 'Your MCP account is switched off.');
    return this.refused(call, `Insufficient credits: need ${price}, have ${reservation.available}.`, reservation.available);
  }

  private async settleCredits(call: ToolCall, outcome: ToolOutcome, durationMs: number): Promise<RecordedCall> {
    const charge = outcome.errorCode && FAILURES[outcome.errorCode].isFree ? 0 : call.entry.price;
    const event = recordOf(call, outcome, durationMs, charge);
    const settlement = await this.ledger.settle({
      eventId: call.id,
      accountId: call.request.principal.accountId!,
      charge,
      usage: { createdAt: event.created_at, body: JSON.stringify(event) },
    });
    return recordedCall(outcome, durationMs, settlement);
  }

  /** A refusal is answered like a tool's own failure, so that an agent reads why; it is no call, and not recorded. */
  private refused(call: ToolCall, message: string, available: number | null = null): RecordedCall {
    return recordedCall(failed(call.entry, 'REFUSED', message), this.durationOf(call), { charged: 0, remaining: available });
  }

  /** Milliseconds since the call began, to the microsecond. */
  private durationOf({ startedAtMonotonic }: ToolCall): number {
    return Math.round((this.clock.monotonic() - startedAtMonotonic) * 1_000) / 1_000;
  }
}
