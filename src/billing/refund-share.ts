/**
 * Credits that go back with a refund: their share of the price, rounded in favour of who paid.
 * In whole numbers of any size, since credits times cents leave what a number holds exactly.
 */
export function refundShare(credits: number, { amount, refunded }: { amount: number; refunded: number }): number {
  if (refunded >= amount) return credits;
  return Number((BigInt(credits) * BigInt(refunded)) / BigInt(amount));
}
