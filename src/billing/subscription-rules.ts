/** The facts that decide whether an account has its tier from a subscription. */
export interface SubscriptionStanding {
  tier: string;
  /** It will not be charged again (`isOver`). */
  isOver: boolean;
  /** The end of the last period that was paid; null before the first. */
  paidUntil: Date | null;
  isEntitled: boolean;
}

/** How far a subscription has come, by its status. */
const RANK: Record<string, number> = {
  incomplete: 0,
  trialing: 1,
  active: 2,
  past_due: 3,
  paused: 4,
  unpaid: 4,
  incomplete_expired: 5,
  canceled: 5,
};
/** For a status that Stripe may add. */
const RANK_UNKNOWN = 2;
const OF_TYPE: Record<string, number> = { created: 0, updated: 1, deleted: 2 };

/** Nobody is charged for it any more. `past_due` is not over: Stripe is still trying. */
export const isOver = (status: string): boolean => (RANK[status] ?? RANK_UNKNOWN) >= 4;

/**
 * Orders the events of one subscription. Stripe dates events to the second and delivers them in any order; within one
 * second, the event whose status is further along is the later one, since a new subscription is reported incomplete
 * and active within the same second.
 * @param created Unix seconds, of the event.
 * @param type As `customer.subscription.updated`.
 */
export function subscriptionVersion(created: number, type: string, status: string): number {
  return created * 100 + (OF_TYPE[type.split('.').at(-1)!] ?? 1) * 10 + (RANK[status] ?? RANK_UNKNOWN);
}

/**
 * A paid period counts to its end, whatever happens to the subscription; one that goes on keeps its tier while Stripe
 * collects.
 */
export function isEntitledAt(now: Date, { paidUntil, isOver: over, isEntitled }: SubscriptionStanding): boolean {
  return paidUntil !== null && (paidUntil > now || (isEntitled && !over));
}

/**
 * The tier to give the account now; undefined to leave it as it is. If an operator has set another tier since, only a
 * new subscription overrides it.
 * @param otherwise The tier of an account that this subscription does not entitle.
 */
export function tierToGive(
  before: SubscriptionStanding,
  after: SubscriptionStanding,
  { current, otherwise }: { current: string; otherwise: string },
): string | undefined {
  const begins = after.isEntitled && !before.isEntitled;
  const isFromHere = before.isEntitled && current === before.tier;
  if (!begins && !isFromHere) return undefined;
  const tier = after.isEntitled ? after.tier : otherwise;
  return tier === current ? undefined : tier;
}
