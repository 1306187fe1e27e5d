import type { LeasedCharge } from '../../usage/recording/leased-charge.js';
import { Reservation } from './account-lease.js';
import type { CreditLeases } from './credit-leases.service.js';

/** Each try asks for what the one before said there was. */
const TRIES = 3;

/** What a call charges, out of what it has reserved. */
export class CallCharge implements LeasedCharge {
  amount: number;
  uncharged = 0;

  constructor(
    private readonly leases: CreditLeases,
    private reservation: Reservation,
    /** Credits, at most what is reserved; what is not charged comes back. */
    private readonly wanted: number,
  ) {
    this.amount = wanted;
  }

  get accountId(): number {
    return this.reservation.lease.accountId;
  }

  cover(replicaId: number): Promise<void> | undefined {
    if (this.wanted === 0 || this.reservation.replicaId === replicaId) return undefined;
    return this.leaseAgain();
  }

  /** The event is recorded. */
  recorded(): void {
    this.leases.end(this.reservation, this.amount);
  }

  /** Nobody knows whether it is. */
  lost(): void {
    this.leases.endInDoubt(this.reservation, this.amount);
  }

  /** The lease was lost with its replica: the account pays what it still has. */
  private async leaseAgain(): Promise<void> {
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
  }
}
