/** A new account with its first allocation, opened in the transaction that makes its key. */
export interface NewAccount {
  userId: string;
  /** Lower case. */
  email: string;
  displayName: string | null;
  keyId: string;
  keyPrefix: string;
  /** Unset: the configured `credits.default_tier`. */
  tier?: string;
}

/** Credits given to an account, or taken back as a correction. */
export interface Grant {
  accountId: number;
  /**
   * Positive: purchased credits, which pay first what the account owes. Negative: a correction, which takes purchased
   * credits first and never what calls hold.
   */
  amount: number;
  /** Shown in the account's history. */
  reason: string;
  /** Who did it. */
  by: string;
  /**
   * What the credits are for. Type `admin`: booked once in an account. Any other, e.g. a checkout session: booked once,
   * however often and to whichever account it is granted.
   */
  reference?: { type: string; id: string };
}

/** Purchased credits whose money went back. */
export interface Taking {
  accountId: number;
  /** More than 0. What the account does not have, or calls hold, it owes. */
  amount: number;
  /** Shown in the account's history. */
  reason: string;
  by: string;
  /** What caused it; booked once. */
  reference: { type: string; id: string };
}

/** The result of a taking: their sum is its amount. */
export interface TakingResult {
  taken: number;
  /** Added to what the account owes. */
  owed: number;
}

export interface TierChange {
  accountId: number;
  /** One of the configured `tiers`. */
  tier: string;
  /** Who did it. */
  by: string;
}

/** The result of a grant. */
export interface GrantResult {
  /** False: its reference was granted before; nothing has changed. */
  booked: boolean;
  balance: number;
  available: number;
}

/** The result of a change of tier. */
export interface TierChangeResult {
  /** Credits added for the rest of the month; 0 for a smaller allocation. */
  added: number;
  balance: number;
  available: number;
}
