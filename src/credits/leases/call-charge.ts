import type { LeasedCharge } from '../../usage/recording/leased-charge.js';
import type { Batch } from '../../usage/recording/replica.service.js';
import type { BudgetHold } from '../budgets/budget-window.js';
import { Reservation } from './account-lease.js';
import type { CreditLeases } from './credit-leases.service.js';

/** Each try asks for what the one before said there was. */
const TRIES = 3;

/** What a call charges, out of what it has reserved. */
export class CallCharge implements LeasedCharge {
  amount: number;
  uncharged = 0;
  private readonly budget: BudgetHold | undefined;

  constructor(
    private readonly leases: CreditLeases,
    private reservation: Reservation,
    /** Credits, at most what is reserved; what is not charged comes back. */
    private readonly wanted: number,
  ) {
    this.amount = wanted;
    this.budget = reservation.budget;
    this.budget?.reduceTo(wanted);
  }

  get accountId(): number {
    return this.reservation.lease.accountId;
  }

  get budgetId(): string | undefined {
    return this.amount > 0 ? this.budget?.budgetId : undefined;
  }

  cover(batch: Batch): Promise<void> | undefined {
    if (this.wanted === 0) return undefined;
    if (this.reservation.replicaId !== batch.replicaId) return this.leaseAgain(batch);
    this.budget?.sendWith(batch);
    return undefined;
  }

  /** The event is recorded. */
  recorded(): void {
    this.leases.end(this.reservation, this.amount);
  }

  /** Nobody knows whether it is. */
  lost(): void {
    this.leases.endInDoubt(this.reservation, this.amount);
    this.budget?.release();
  }

  /** The lease was lost with its replica: the account pays what it still has. */
  private async leaseAgain(batch: Batch): Promise<void> {
    this.leases.end(this.reservation, 0);
    this.amount = 0;
    let asked = this.wanted;
    for (let time = 0; time < TRIES && asked > 0; time += 1) {
      const answer = await this.leases.reserve(this.accountId, asked, this.reservation.startedAt);
      if (answer instanceof Reservation) {
        this.reservation = answer;
        this.amount = asked;
        break;
      }
      asked = answer.inactive ? 0 : Math.min(asked, answer.available);
    }
    this.uncharged = this.wanted - this.amount;
    this.budget?.reduceTo(this.amount);
    this.budget?.sendWith(batch);
  }
}
