import type { Batch } from './replica.service.js';

/** What a priced call charges: a part of what this replica has leased of its account. */
export interface LeasedCharge {
  readonly accountId: number;
  /** Credits, at most what the call has reserved. */
  readonly amount: number;
  /** What the account could not pay, since the lease was lost and its credits are spent. */
  readonly uncharged: number;
  /** The budget it counts in; undefined for a key that has none. */
  readonly budgetId: string | undefined;
  /**
   * Sees to it that the replica holds the credits before the charge goes with the batch: where the lease was lost, it leases anew what the
   * account can pay.
   * @throws UNAVAILABLE when PostgreSQL is away
   */
  cover(batch: Batch): Promise<void> | undefined;
}
