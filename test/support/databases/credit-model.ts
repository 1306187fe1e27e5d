/** Credits a month. */
export const TIERS = { free: 50, pro: 500 };
export type Tier = keyof typeof TIERS;

/**
 * What an account must come to, whatever replicas do with it: calls spend the allocation first, corrections and debts take purchased
 * credits first, and what runs is never taken.
 */
export class AccountModel {
  allocation = TIERS.free;
  purchased = 0;
  debt = 0;
  uncharged = 0;
  isActive = true;
  /** Of calls that run on replicas that are not closed. */
  running = 0;
  private tier: Tier = 'free';
  private given = TIERS.free;

  get balance(): number {
    return this.allocation + this.purchased;
  }

  get available(): number {
    return this.balance - this.running;
  }

  spend(amount: number): void {
    const fromAllocation = Math.min(amount, this.allocation);
    this.allocation -= fromAllocation;
    this.purchased -= amount - fromAllocation;
  }

  /** @returns Whether it is booked. */
  grant(amount: number): boolean {
    if (this.available + amount < 0) return false;
    const paid = Math.min(Math.max(amount, 0), this.debt);
    this.debt -= paid;
    const purchased = Math.max(this.purchased + amount - paid, 0);
    this.allocation += this.purchased + amount - paid - purchased;
    this.purchased = purchased;
    return true;
  }

  take(amount: number): { taken: number; owed: number } {
    const taken = Math.min(amount, this.purchased, this.available);
    this.purchased -= taken;
    this.debt += amount - taken;
    return { taken, owed: amount - taken };
  }

  collect(): void {
    const paid = Math.min(this.debt, this.purchased, this.available);
    this.debt -= paid;
    this.purchased -= paid;
  }

  changeTier(tier: Tier): void {
    this.tier = tier;
    const added = Math.max(0, TIERS[tier] - this.given);
    this.given += added;
    this.allocation += added;
  }

  /** A month has begun: what runs belongs to the one before. */
  refill(): void {
    this.given = TIERS[this.tier];
    this.allocation = Math.min(this.running, this.allocation) + this.given;
  }
}
