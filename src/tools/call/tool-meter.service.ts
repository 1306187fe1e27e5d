import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { KeyUsageTracker } from '../../api-keys/verification/key-usage.tracker.js';
import { Clock } from '../../common/clock.js';
import { InFlight } from '../../common/concurrency/in-flight.js';
import { AppConfig } from '../../config/app-config.js';
import { BudgetHold } from '../../credits/budgets/budget-window.js';
import { budgetRefusal } from '../../credits/budgets/budget-words.js';
import { CreditBudgets } from '../../credits/budgets/credit-budgets.service.js';
import { Reservation, type Refusal } from '../../credits/leases/account-lease.js';
import { CallCharge } from '../../credits/leases/call-charge.js';
import { CreditLeases } from '../../credits/leases/credit-leases.service.js';
import type { CreditBudget } from '../../limits/credit-budget.js';
import { Refusals, type RefusalReason } from '../../telemetry/refusals.js';
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
  /** Of the priced calls that run, by the id of the call, which its rounds share. */
  private readonly reservations = new InFlight<string, Reservation>();

  constructor(
    private readonly leases: CreditLeases,
    private readonly budgets: CreditBudgets,
    private readonly recorder: UsageRecorder,
    private readonly keys: KeyUsageTracker,
    private readonly refusals: Refusals,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Holds the price of the call. Gives the outcome of a call that is refused; undefined for one that may run, and at once where
   * nothing has to be asked, so that most calls do not wait.
   * @throws UNAVAILABLE when PostgreSQL is away: what cannot be recorded is not run.
   */
  reserve(call: ToolCall): Promise<ToolOutcome | undefined> | undefined {
    const { accountId, apiKey } = call.request.principal;
    if (accountId === undefined && this.config.values.credits.mode === 'required') {
      return Promise.resolve(
        this.refused(call, 'no_account', 'MCP is not enabled for your account. Enable it with POST /api/mcp/enable.'),
      );
    }
    if (!this.isCharged(call)) return this.whenReady(call);
    return apiKey?.budget ? this.reserveWithin(apiKey.budget, call) : this.reserveCredits(call);
  }

  /** Charges or releases, records, and gives the answer that may leave now. A refusal is no call, and not recorded. */
  async settle(call: ToolCall, outcome: ToolOutcome): Promise<RecordedCall> {
    const durationMs = this.durationOf(call);
    const answer = written(call.entry, outcome);
    if (outcome.errorCode === 'REFUSED')
      return recordedCall(answer, durationMs, { charged: 0, remaining: outcome.available ?? null });
    const reservation = this.reservations.take(call.id);
    if (!reservation) return this.recordFree(call, answer, durationMs);
    return this.recordCharge(call, reservation, answer, durationMs);
  }

  /** The call comes to no end that could be settled: what it has reserved is given back. */
  abandon({ id }: ToolCall): void {
    const reservation = this.reservations.take(id);
    if (!reservation) return;
    this.leases.end(reservation, 0);
    reservation.budget?.release();
  }

  /** One round of a call that goes on: a record of its own, which is free. What the call holds, it keeps. */
  recordRound(call: ToolCall, outcome: ToolOutcome): Promise<RecordedCall> {
    return this.recordFree({ ...call, id: randomUUID() }, written(call.entry, outcome), this.durationOf(call));
  }

  private isCharged({ entry, request }: ToolCall): boolean {
    return entry.price > 0 && request.principal.accountId !== undefined;
  }

  /** Out of the budget of its key first; what its account cannot pay the budget has back. */
  private async reserveWithin(budget: CreditBudget, call: ToolCall): Promise<ToolOutcome | undefined> {
    const { entry, request } = call;
    const { apiKey, accountId } = request.principal;
    const hold = await this.budgets.hold(budget, entry.price);
    if (!(hold instanceof BudgetHold)) {
      const words = budgetRefusal(apiKey!.name, budget, entry.price, hold);
      return this.refused(call, 'budget', words, this.leases.remaining(accountId!));
    }
    try {
      const refused = await this.reserveCredits(call, hold);
      if (refused) hold.release();
      return refused;
    } catch (error) {
      hold.release();
      throw error;
    }
  }

  private reserveCredits(call: ToolCall, hold?: BudgetHold): Promise<ToolOutcome | undefined> | undefined {
    const reserved = this.leases.reserve(call.request.principal.accountId!, call.entry.price, call.startedAt);
    if (reserved instanceof Promise) return reserved.then((answer) => this.reserved(call, answer, hold));
    this.keep(call, reserved, hold);
    return this.whenReady(call);
  }

  private keep(call: ToolCall, reservation: Reservation, hold: BudgetHold | undefined): void {
    if (hold) reservation.budget = hold;
    this.reservations.set(call.id, reservation);
  }

  private whenReady(call: ToolCall): Promise<undefined> | undefined {
    return this.recorder.ready()?.then(
      () => undefined,
      (error: unknown) => {
        this.abandon(call);
        throw error;
      },
    );
  }

  private async recordFree(call: ToolCall, answer: WrittenOutcome, durationMs: number): Promise<RecordedCall> {
    const event = this.eventOf(call, answer.outcome, durationMs, 0);
    const { accountId } = call.request.principal;
    if (accountId === undefined) {
      await this.recorder.record(event);
      return recordedCall(answer, durationMs, { charged: 0, remaining: null });
    }
    const read = await this.recorder.record(event, this.leases.isKnown(accountId) ? {} : { accountId });
    return recordedCall(answer, durationMs, { charged: 0, remaining: this.leases.remaining(accountId, read) ?? null });
  }

  private reserved(call: ToolCall, answer: Reservation | Refusal, hold: BudgetHold | undefined): ToolOutcome | undefined {
    if (answer instanceof Reservation) return void this.keep(call, answer, hold);
    if (answer.inactive) return this.refused(call, 'switched_off', 'Your MCP account is switched off.');
    const { available } = answer;
    return this.refused(call, 'credits', `Insufficient credits: need ${call.entry.price}, have ${available}.`, available);
  }

  /** A refusal is answered like a tool's own failure, so that an agent reads why. `available`: the credits there are. */
  private refused({ entry }: ToolCall, reason: RefusalReason, message: string, available?: number): ToolOutcome {
    this.refusals.count(reason);
    return { ...failed(entry, 'REFUSED', message), ...(available !== undefined && { available }) };
  }

  private async recordCharge(
    call: ToolCall,
    reservation: Reservation,
    answer: WrittenOutcome,
    durationMs: number,
  ): Promise<RecordedCall> {
    const charge = new CallCharge(this.leases, reservation, chargeOf(call.entry, answer.outcome));
    const event = this.eventOf(call, answer.outcome, durationMs, charge.amount);
    const { accountId } = charge;
    try {
      const read = await this.recorder.record(event, {
        charge,
        isTask: call.isTask,
        ...(!this.leases.isKnown(accountId) && { accountId }),
      });
      charge.recorded();
      return recordedCall(answer, durationMs, {
        charged: charge.amount,
        remaining: this.leases.remaining(accountId, read) ?? null,
      });
    } catch (error) {
      charge.lost();
      throw error;
    }
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
