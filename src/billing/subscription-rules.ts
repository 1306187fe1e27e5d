/** What decides whether an account has its tier from a subscription. */
export interface SubscriptionStanding {
  tier: string;
  /** It gets no further money (`isOver`). */
  isOver: boolean;
  /** The end of the last period that was paid; null before the first. */
  paidUntil: Date | null;
  isEntitled: boolean;
}

/** By how far a subscription has come. */
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
/** A status Stripe may come up with. */
const RANK_UNKNOWN = 2;
const OF_TYPE: Record<string, number> = { created: 0, updated: 1, deleted: 2 };

/** Nobody is charged for it any more. `past_due` is not over: Stripe is still trying. */
export const isOver = (status: string): boolean => (RANK[status] ?? RANK_UNKNOWN) >= 4;

/**
 * Orders what is told of one subscription. Stripe dates events to the second and delivers them in any order; of one second
 * the event is later whose subscription has come further, since a new one is told to be incomplete and active in one.
 * @param created Unix seconds, of the event.
 * @param type As `customer.subscription.updated`.
 */
export function subscriptionVersion(created: number, type: string, status: string): number {
  return created * 100 + (OF_TYPE[type.split('.').at(-1)!] ?? 1) * 10 + (RANK[status] ?? RANK_UNKNOWN);
}

/** A paid period entitles to its end, whatever happens to the subscription; one that goes on keeps its tier while Stripe collects. */
export function isEntitledAt(now: Date, { paidUntil, isOver: over, isEntitled }: SubscriptionStanding): boolean {
  return paidUntil !== null && (paidUntil > now || (isEntitled && !over));
}

/**
 * The tier an account must be given now; undefined when it keeps the one it has. An operator who has given the account
 * another tier since is not overruled by what goes on with the subscription, only by a new one.
 * @param otherwise The tier of who is not entitled by this subscription.
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
