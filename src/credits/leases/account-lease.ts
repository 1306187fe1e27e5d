import type { Linked } from '../../common/concurrency/linked-list.js';
import type { BudgetHold } from '../budgets/budget-window.js';

/** A call that waits for credits. */
export interface Waiting {
  amount: number;
  startedAt: number;
  /** Monotonic, ms: until then other replicas may still give back what they do not need. Unset before it was refused once. */
  refusedAt?: number;
  resolve: (reservation: Reservation | Refusal) => void;
  reject: (error: unknown) => void;
}

/** Too few credits, or an account that is switched off or does not exist: a result and not an error. */
export interface Refusal {
  /** Credits that no lease holds. */
  available: number;
  inactive?: true;
}

/** What PostgreSQL says of a request for a lease, see `lease_credits`. */
export interface LeaseGrant {
  isActive: boolean;
  available: number;
  granted: boolean[];
  ahead: number;
  mayCome: boolean;
}

/** Credits that a running call may charge. */
export class Reservation implements Linked {
  previous: this | undefined;
  next: this | undefined;
  /** What its call holds of the budget of its key; undefined for a key that has none. */
  budget: BudgetHold | undefined;

  constructor(
    readonly lease: AccountLease,
    /** Credits. */
    public amount: number,
    /** The replica that holds them. */
    public replicaId: number,
    /** When the call began, ms since the epoch. */
    readonly startedAt: number,
  ) {}
}

/**
 * What this replica may let calls spend of one account, in memory. PostgreSQL holds for it: `free + reserved`, what has been charged
 * and is not posted yet, and after a failure perhaps more, which comes back when the lease is settled (`return_credits`).
 */
export class AccountLease {
  /** Credits that no call has reserved. */
  private free = 0;
  private reserved = 0;
  /** The replica that holds them. */
  private replicaId: number | undefined;
  /** Credits that no lease held when PostgreSQL was last asked; undefined: it was not. */
  private available: number | undefined;
  /** Others have changed them since. */
  private isStale = false;
  /** What was last leased ahead of need: with less than half of it left, more is leased. */
  private lastAhead = 0;
  /** The dearest call so far. */
  private usual = 0;
  private mustSettle = false;
  private readonly queue: Waiting[] = [];
  /** Those who will wait again in a moment. */
  private postponed = 0;
  /** A statement about the account is under way; there is one at a time. */
  isBusy = false;
  /** Another replica has asked for what is not needed here. */
  isCalledBack = false;

  constructor(
    readonly accountId: number,
    /** Monotonic, ms. */
    public usedAt: number,
  ) {}

  /** Whether it knows what the next call may spend; otherwise it has to be read what no lease holds. */
  get isKnown(): boolean {
    return this.available !== undefined && !this.isStale;
  }

  /** Credits that the next call may spend. `read`: what no lease holds, where that was not known; what was known before, else. */
  remaining(read: number | undefined): number | undefined {
    const available = this.isKnown ? this.available : (read ?? this.available);
    return available === undefined ? undefined : available + this.free;
  }

  get unreserved(): number {
    return this.free;
  }

  get needed(): number {
    return this.reserved;
  }

  get isWanted(): boolean {
    return this.queue.length > 0;
  }

  /** Whether nothing is lost when this is forgotten. */
  get isEmpty(): boolean {
    const isUsed = this.free + this.reserved + this.postponed > 0;
    return !isUsed && !this.mustSettle && !this.isBusy && !this.isWanted;
  }

  /** Whether PostgreSQL may hold more for it than it knows of. */
  get isUnsettled(): boolean {
    return this.mustSettle;
  }

  get runsLow(): boolean {
    return 2 * this.free < this.lastAhead;
  }

  /** Reserves out of what is held, at once; undefined where that has to be asked for. Who waits already comes first. */
  take(amount: number, replicaId: number | undefined, startedAt: number): Reservation | undefined {
    if (replicaId === undefined || this.replicaId !== replicaId || this.isWanted || this.free < amount) return undefined;
    this.free -= amount;
    return this.reserve(amount, startedAt);
  }

  wait(waiting: Waiting): void {
    this.queue.push(waiting);
    this.usual = Math.max(this.usual, waiting.amount);
  }

  /** Has somebody wait again after a pause. @returns What to call then. */
  postpone(waiting: Waiting): () => void {
    this.postponed += 1;
    return () => {
      this.postponed -= 1;
      this.wait(waiting);
    };
  }

  /** Everybody who waits, for want of PostgreSQL. */
  giveUpQueue(): Waiting[] {
    return this.queue.splice(0);
  }

  /**
   * Everything that waits, to be asked for at once, and what is free, which goes back into the pot for it. Without anybody who waits
   * nothing goes back, since calls go on with it meanwhile.
   */
  ask(replicaId: number): { items: Waiting[]; spare: number; usual: number } {
    this.belongTo(replicaId);
    const items = this.queue.splice(0);
    const spare = items.length > 0 ? this.free : 0;
    this.free -= spare;
    return { items, spare, usual: this.usual };
  }

  /** What was asked for and not answered waits again, before what has come meanwhile. */
  takeBack(items: Waiting[], spare: number): void {
    this.queue.unshift(...items);
    this.free += spare;
  }

  /** Grants what was granted. @returns Those who were not. */
  grant(items: Waiting[], grant: LeaseGrant): Waiting[] {
    this.know(grant.available);
    this.free += grant.ahead;
    this.lastAhead = grant.ahead;
    const isGranted = (index: number) => grant.granted[index] === true;
    items.forEach((item, index) => isGranted(index) && item.resolve(this.reserve(item.amount, item.startedAt)));
    return items.filter((_, index) => !isGranted(index));
  }

  /** Nobody knows what became of a statement: PostgreSQL may hold more than this knows of. */
  doubt(): void {
    this.mustSettle = true;
    this.isStale = true;
  }

  /** Others have given or taken credits. */
  forgetAvailable(): void {
    this.isStale = true;
  }

  /** Before the lease is settled: nothing is free from now on. */
  giveUpFree(replicaId: number): void {
    this.belongTo(replicaId);
    this.free = 0;
    this.mustSettle = false; // until a failure: that of a call meanwhile is not part of what is settled now
    this.isCalledBack = false;
  }

  /** PostgreSQL holds what running calls need, and no more. `available`: undefined where it held nothing. */
  settled(available: number | undefined): void {
    this.lastAhead = 0;
    this.know(available);
  }

  /** The call has ended, and has charged so much for certain. */
  end({ amount, replicaId }: Reservation, charged: number): void {
    if (replicaId !== this.replicaId) return;
    this.reserved -= amount;
    this.free += amount - charged;
  }

  /** The call has ended, and nobody knows whether its charge was recorded. */
  endInDoubt(reservation: Reservation, charge: number): void {
    this.end(reservation, charge);
    if (charge > 0) this.doubt();
  }

  private reserve(amount: number, startedAt: number): Reservation {
    this.reserved += amount;
    return new Reservation(this, amount, this.replicaId!, startedAt);
  }

  /** What another replica held, which this process was before, is gone. */
  private belongTo(replicaId: number): void {
    if (this.replicaId === replicaId) return;
    this.replicaId = replicaId;
    this.free = 0;
    this.reserved = 0;
    this.lastAhead = 0;
    this.mustSettle = false;
    this.know(undefined);
  }

  private know(available: number | undefined): void {
    this.available = available;
    this.isStale = false;
  }
}
