import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { refundShare } from './pack-payments.service.js';

describe('The share of a refund', () => {
  it.each([
    [100, 500, 0, 0],
    [100, 500, 250, 50],
    [100, 500, 4, 0],
    [100, 500, 499, 99],
    [100, 500, 500, 100],
    [100, 500, 900, 100],
    [100, 0, 0, 100],
  ])('of %d credits for %d, with %d refunded, is %d', (credits, amount, refunded, share) => {
    expect(refundShare(credits, { amount, refunded })).toBe(share);
  });

  it('never exceeds the credits, nor what the money pays for, at any size', () => {
    const numbers = fc.tuple(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 99_999_999 }), fc.nat(99_999_999));
    fc.assert(
      fc.property(numbers, ([credits, amount, refunded]) => {
        const share = refundShare(credits, { amount, refunded });
        expect(Number.isInteger(share) && share >= 0 && share <= credits).toBe(true);
        if (refunded < amount) expect(BigInt(share) * BigInt(amount) <= BigInt(credits) * BigInt(refunded)).toBe(true);
      }),
    );
  });
});
