/** A call's request for credits, before its tool runs. */
export interface ReserveRequest {
  /** The id of the call's usage event; names the hold. */
  eventId: string;
  accountId: number;
  /** Credits, 0 or more. */
  amount: number;
  /** The hold expires by itself after this long, by the database's clock, unless it is renewed (`HoldRenewal`). */
  holdMs: number;
}

/** `remaining` and `available` are the credits that no call holds, after this one. */
export type Reservation =
  | { granted: true; remaining: number }
  /** `inactive`: the account is switched off or does not exist; otherwise it has too few credits. */
  | { granted: false; available: number; inactive?: true };

/** The end of a call whose credits are reserved. */
export interface SettleRequest {
  eventId: string;
  accountId: number;
  /** Credits, at most what was reserved. 0 releases the hold and charges nothing. */
  charge: number;
  usage: {
    /** ISO 8601; `created_at` of the usage event. */
    createdAt: string;
    /** The usage event as one line of JSON. */
    body: string;
  };
}

/** The result of a call's settlement; the same each time it is repeated. */
export interface Settlement {
  charged: number;
  /** Credits that no call held, after this one. */
  remaining: number;
  /** The hold had expired, and other calls have spent the credits, so nothing was charged. */
  expired?: true;
}

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
