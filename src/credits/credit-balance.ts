/** The state of an account's credits. */
export interface CreditBalance {
  /** All credits: allocation and purchased. */
  balance: number;
  /** What is left of the monthly allocation; spent first. */
  allocation: number;
  /** Bought or granted credits; they do not expire. */
  purchased: number;
  /** Reserved by running calls. */
  held: number;
  /** Available to the next call: balance minus held. */
  available: number;
  tier: string;
  monthlyAllocation: number;
  isActive: boolean;
  /** Whole days to the next refill. */
  daysUntilRefill: number;
}
