import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { KeyUsageTracker } from '../../api-keys/verification/key-usage.tracker.js';
import { Clock } from '../../common/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { CreditLedger } from '../../credits/credit-ledger.service.js';
import { HoldRenewal } from '../../credits/hold-renewal.service.js';
import type { UsageEvent } from '../../usage/recording/usage-event.js';
import { UsageRecorder } from '../../usage/recording/usage-recorder.service.js';
import { chargeOf, failed, type ToolCall, type ToolOutcome } from './tool-call.js';
import { recordedCall, written, type RecordedCall, type WrittenOutcome } from './recorded-call.js';
import { recordOf } from './usage-record.js';

/**
 * What a call costs: reserved before its tool runs, charged or released after, and recorded with it. The answer may
 * leave only when `settle` has resolved, since only then the record is durable (docs/adr/0003-record-before-answer.md).
 */
@Injectable()
export class ToolMeter {
  constructor(
    private readonly ledger: CreditLedger,
    private readonly holds: HoldRenewal,
    private readonly recorder: UsageRecorder,
    private readonly keys: KeyUsageTracker,
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
    try {
      return await this.recorded(call, outcome);
    } finally {
      this.holds.end(call.id); // only now: a settlement may have waited for PostgreSQL longer than the hold lasts
    }
  }

  /** The call comes to no end that could be settled: what it holds is not renewed any more, and expires. */
  abandon({ id }: ToolCall): void {
    this.holds.end(id);
  }

  /** One round of a call that goes on: a record of its own, which is free. What the call holds, it keeps. */
  recordRound(call: ToolCall, outcome: ToolOutcome): Promise<RecordedCall> {
    return this.recordFree({ ...call, id: randomUUID() }, written(call.entry, outcome), this.durationOf(call));
  }

  private async recorded(call: ToolCall, outcome: ToolOutcome): Promise<RecordedCall> {
    const durationMs = this.durationOf(call);
    const answer = written(call.entry, outcome);
    if (outcome.errorCode === 'REFUSED')
      return recordedCall(answer, durationMs, { charged: 0, remaining: outcome.available ?? null });
    return this.isCharged(call) ? this.settleCredits(call, answer, durationMs) : this.recordFree(call, answer, durationMs);
  }

  private isCharged({ entry, request }: ToolCall): boolean {
    return entry.price > 0 && request.principal.accountId !== undefined;
  }

  private async recordFree(call: ToolCall, answer: WrittenOutcome, durationMs: number): Promise<RecordedCall> {
    const event = this.eventOf(call, answer.outcome, durationMs, 0);
    const remaining = await this.recorder.record(event, call.request.principal.accountId);
    return recordedCall(answer, durationMs, { charged: 0, remaining: remaining ?? null });
  }

  private async reserveCredits(call: ToolCall, accountId: number): Promise<ToolOutcome | undefined> {
    const { price } = call.entry;
    const holdMs = 1_000 * this.config.values.credits.hold_seconds;
    const reservation = await this.ledger.reserve({ eventId: call.id, accountId, amount: price, holdMs });
    if (reservation.granted) return void this.holds.begin(call.id);
    if (reservation.inactive) return refused(call, 'Your MCP account is switched off.');
    return refused(call, `Insufficient credits: need ${price}, have ${reservation.available}.`, reservation.available);
  }

  private async settleCredits(call: ToolCall, answer: WrittenOutcome, durationMs: number): Promise<RecordedCall> {
    const { outcome } = answer;
    const charge = chargeOf(call.entry, outcome);
    const event = this.eventOf(call, outcome, durationMs, charge);
    const settlement = await this.ledger.settle({
      eventId: call.id,
      accountId: call.request.principal.accountId!,
      charge,
      usage: { createdAt: event.created_at, body: JSON.stringify(event) },
    });
    return recordedCall(answer, durationMs, settlement);
  }

  private eventOf(call: ToolCall, outcome: ToolOutcome, durationMs: number, charge: number): UsageEvent {
    const event = recordOf(call, outcome, durationMs, charge);
    if (event.api_key_id) this.keys.touch(event.api_key_id, this.clock.now(), event.client_name);
    return event;
  }

  /** Milliseconds since the call began, to the microsecond. */
  private durationOf({ startedAtMonotonic }: ToolCall): number {
    return Math.round((this.clock.monotonic() - startedAtMonotonic) * 1_000) / 1_000;
  }
}

/** A refusal is answered like a tool's own failure, so that an agent reads why. `available`: the credits there are. */
const refused = ({ entry }: ToolCall, message: string, available?: number): ToolOutcome => ({
  ...failed(entry, 'REFUSED', message),
  ...(available !== undefined && { available }),
});
