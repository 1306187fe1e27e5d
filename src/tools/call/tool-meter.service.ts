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
   * Holds the price of the call. Gives the outcome of a call that is refused; undefined for one that may run, and at once where
   * nothing has to be asked, so that most calls do not wait.
   * @throws UNAVAILABLE when PostgreSQL is away: what cannot be recorded is not run.
   */
  reserve(call: ToolCall): Promise<ToolOutcome | undefined> | undefined {
    const { accountId } = call.request.principal;
    if (accountId === undefined && this.config.values.credits.mode === 'required') {
      return Promise.resolve(refused(call, 'MCP is not enabled for your account. Enable it with POST /api/mcp/enable.'));
    }
    if (this.isCharged(call)) return this.reserveCredits(call, accountId!);
    return this.recorder.ready()?.then(() => undefined);
  }

  /** Charges or releases, records, and gives the answer that may leave now. A refusal is no call, and not recorded. */
  async settle(call: ToolCall, outcome: ToolOutcome): Promise<RecordedCall> {
    const durationMs = this.durationOf(call);
    if (outcome.errorCode === 'REFUSED')
      return recordedCall(outcome, durationMs, { charged: 0, remaining: outcome.available ?? null });
    if (this.isCharged(call)) return this.settleCredits(call, outcome, durationMs);
    await this.recorder.record(recordOf(call, outcome, durationMs, 0));
    return recordedCall(outcome, durationMs, FREE);
  }

  private isCharged({ entry, request }: ToolCall): boolean {
    return entry.price > 0 && request.principal.accountId !== undefined;
  }

  private async reserveCredits(call: ToolCall, accountId: number): Promise<ToolOutcome | undefined> {
    const { price } = call.entry;
    const holdMs = 1_000 * this.config.values.credits.hold_seconds;
    const reservation = await this.ledger.reserve({ eventId: call.id, accountId, amount: price, holdMs });
    if (reservation.granted) return undefined;
    if (reservation.inactive) return refused(call, 'Your MCP account is switched off.');
    return refused(call, `Insufficient credits: need ${price}, have ${reservation.available}.`, reservation.available);
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

  /** Milliseconds since the call began, to the microsecond. */
  private durationOf({ startedAtMonotonic }: ToolCall): number {
    return Math.round((this.clock.monotonic() - startedAtMonotonic) * 1_000) / 1_000;
  }
}

/** A refusal is answered like a tool's own failure, so that an agent reads why. `available`: the credits there are. */
const refused = ({ entry }: ToolCall, message: string, available?: number): ToolOutcome => ({
  ...failed(entry, 'REFUSED', message),
  hasNotRun: true,
  ...(available !== undefined && { available }),
});
