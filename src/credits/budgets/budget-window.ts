import type { BudgetPeriod, Span } from '../../limits/credit-budget.js';
import type { Batch } from '../../usage/recording/replica.service.js';

/** How long what was read of a budget is believed, ms; other replicas may spend meanwhile. */
const BELIEVED_MS = 1_000;
/** The part of what was left then that calls may take before the budget is read again: so near its end it is read for each call. */
const UNREAD_PART = 1 / 16;

/** The budget has too little left for the call. */
export interface BudgetRefusal {
  /** Credits of the budget that are neither spent nor held by running calls. */
  left: number;
  /** The period's end, ms since the epoch; Infinity: there is none. */
  resetsAt: number;
}

/** What was read of a budget: what is spent, with all statements of this replica up to `seen`. */
export interface BudgetReading {
  /** Credits. */
  spent: number;
  seen: Batch;
}

/** Credits of a budget that a call may charge, or has charged and nobody has read since. */
export class BudgetHold {
  private sent: Batch | undefined;

  constructor(
    private readonly window: BudgetWindow,
    /** Credits. */
    public amount: number,
  ) {}

  get budgetId(): string {
    return this.window.budgetId;
  }

  /** The call charges no more than this. */
  reduceTo(amount: number): void {
    this.window.drop(this);
    this.amount = amount;
    if (amount > 0) this.window.add(this);
  }

  /** The charge goes to PostgreSQL with this statement of the replica; another one, where an earlier has failed. */
  sendWith(batch: Batch): void {
    this.sent = batch;
    if (this.amount > 0) this.window.add(this);
  }

  /** Whether what was read has the charge, or the charge can never come: its statement was before the last one that did. */
  isSeenBy({ replicaId, number }: Batch): boolean {
    if (!this.sent) return false;
    return this.sent.replicaId < replicaId || (this.sent.replicaId === replicaId && this.sent.number <= number);
  }

  /** The call is not charged. Where nobody knows whether it is, the next reading says so. */
  release(): void {
    if (!this.sent) this.window.drop(this);
  }
}

/**
 * What this replica knows of a budget in one period: what was spent when it was last read, and what own calls hold that the reading did not
 * have. A hold counts until a reading has it, so that nothing is counted twice, and nothing not at all.
 */
export class BudgetWindow {
  private spent: number | undefined;
  /** Monotonic, ms. */
  private readAt = -Infinity;
  private readonly holds = new Set<BudgetHold>();
  private held = 0;
  /** A reading that has not begun, for all who wait. */
  reading: Promise<void> | undefined;

  constructor(
    readonly budgetId: string,
    readonly period: BudgetPeriod,
    readonly span: Span,
  ) {}

  /**
   * Holds the price of a call where the budget of so many credits has it. Undefined: it has to be read first, as nothing is decided on an
   * old reading, and no more than a part is taken on any but the call's own (`isJustRead`).
   * @param now Monotonic, ms.
   */
  hold(budget: number, amount: number, now: number, isJustRead = false): BudgetHold | BudgetRefusal | undefined {
    if (this.spent === undefined || (!isJustRead && now >= this.readAt + BELIEVED_MS)) return undefined;
    const left = budget - this.spent - this.held;
    if (left < amount) return { left: Math.max(0, left), resetsAt: this.span.until };
    if (!isJustRead && this.held + amount > (budget - this.spent) * UNREAD_PART) return undefined;
    const hold = new BudgetHold(this, amount);
    this.add(hold);
    return hold;
  }

  /** @param at When the reading began; monotonic, ms. */
  know({ spent, seen }: BudgetReading, at: number): void {
    this.spent = spent;
    this.readAt = at;
    for (const hold of this.holds) if (hold.isSeenBy(seen)) this.drop(hold);
  }

  add(hold: BudgetHold): void {
    if (this.holds.has(hold)) return;
    this.holds.add(hold);
    this.held += hold.amount;
  }

  drop(hold: BudgetHold): void {
    if (this.holds.delete(hold)) this.held -= hold.amount;
  }
}
