/** How a dispute stands, by what has been told of it. Money is gone while it is `open`, and for good when it is `lost`. */
export type DisputeState = 'inquiry' | 'dropped' | 'open' | 'lost' | 'won';

/** What is known of a dispute, or of a refund that failed. Amounts are in the currency's smallest unit. */
export type Reversal = { id: string; amount: number; currency: string | null; toldAt: number } & (
  { kind: 'dispute'; state: DisputeState } | { kind: 'failed_refund'; state: 'failed' }
);

/** What became of the money of a purchase. */
export interface MoneyBack {
  /** Of the purchase. */
  amount: number;
  /** The newest total that a charge told, failed refunds among it if they failed since. */
  refundedAmount: number;
  /** Unix seconds of the event that told it. */
  refundedAt: number;
}

/** How far a dispute has come. An inquiry that was dropped may still become a dispute; one that has ended does not reopen. */
const STAGE: Record<DisputeState, number> = { inquiry: 0, dropped: 1, open: 2, lost: 3, won: 3 };

/**
 * How an event says a dispute stands.
 * @param type As `charge.dispute.closed`.
 * @param status Stripe's status of it, `warning_…` for an inquiry, for which no money has moved. `prevented`: the bank has
 * given the money back without a dispute.
 */
export function disputeState(type: string, status?: string | null): DisputeState {
  if (type.endsWith('.funds_reinstated') || status === 'won') return 'won';
  if (status === 'lost' || status === 'prevented') return 'lost';
  if (type.endsWith('.funds_withdrawn')) return 'open';
  if (status === 'warning_closed') return 'dropped';
  return status?.startsWith('warning_') ? 'inquiry' : 'open';
}

/**
 * Whether what is told counts instead of what is known. The answer does not depend on the order of telling: of a dispute, what
 * has come furthest, then what is newest, then `won`, since money that has come back is back; of a failed refund, its first
 * failure, since a charge told after it leaves the refund out.
 */
export function isNews(told: Reversal, known: Reversal | undefined): boolean {
  if (!known) return true;
  if (told.kind === 'failed_refund' || known.kind === 'failed_refund') return told.toldAt < known.toldAt;
  const rank = ({ state, toldAt, amount }: typeof told) => [STAGE[state], toldAt, state === 'won' ? 1 : 0, amount];
  const [ofTold, ofKnown] = [rank(told), rank(known)];
  const differing = ofTold.findIndex((part, index) => part !== ofKnown[index]);
  return differing >= 0 && ofTold[differing]! > ofKnown[differing]!;
}

/** A reason for an operator to look at the account; not a dispute that was won, or an inquiry that was dropped. */
export const isTroubling = ({ state }: Reversal): boolean => state !== 'won' && state !== 'dropped';

/** The credits to take back in all: the share of the price that went back, by refunds and disputes together. */
export function creditsToTakeBack(credits: number, money: MoneyBack, reversals: Reversal[]): number {
  const failed = reversals.filter(({ kind, toldAt }) => kind === 'failed_refund' && toldAt >= money.refundedAt);
  const disputed = reversals.filter(({ state }) => isGone(state));
  const refunded = Math.max(0, money.refundedAmount - amountOf(failed));
  const gone = refunded + amountOf(disputed);
  return gone > 0 ? shareOf(credits, { amount: money.amount, gone }) : 0;
}

/**
 * The credits that a part of the price paid for, rounded in the buyer's favour.
 * Computed with bigints, since credits times cents exceed what a number holds exactly.
 */
export function shareOf(credits: number, { amount, gone }: { amount: number; gone: number }): number {
  if (gone >= amount) return credits;
  return Number((BigInt(credits) * BigInt(gone)) / BigInt(amount));
}

const isGone = (state: Reversal['state']): boolean => state === 'open' || state === 'lost';

const amountOf = (reversals: Reversal[]): number => reversals.reduce((total, { amount }) => total + amount, 0);
