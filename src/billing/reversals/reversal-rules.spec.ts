import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { creditsToTakeBack, isNews, shareOf, type DisputeState, type Reversal } from './reversal-rules.js';

const disputed = (state: DisputeState, amount = 500, toldAt = 1_000, id = 'dp_1'): Reversal => {
  return { kind: 'dispute', id, state, amount, currency: 'usd', toldAt };
};
const failed = (amount: number, toldAt: number): Reversal => {
  return { kind: 'failed_refund', id: 're_1', state: 'failed', amount, currency: 'usd', toldAt };
};

describe('The share of a refund', () => {
  it.each([
    [100, 500, 0, 0],
    [100, 500, 250, 50],
    [100, 500, 4, 0],
    [100, 500, 499, 99],
    [100, 500, 500, 100],
    [100, 500, 900, 100],
    [100, 0, 0, 100],
  ])('of %d credits for %d, with %d gone, is %d', (credits, amount, gone, share) => {
    expect(shareOf(credits, { amount, gone })).toBe(share);
  });

  it('never exceeds the credits, nor what the money pays for, at any size', () => {
    const numbers = fc.tuple(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 99_999_999 }), fc.nat(99_999_999));
    fc.assert(
      fc.property(numbers, ([credits, amount, gone]) => {
        const share = shareOf(credits, { amount, gone });
        expect(Number.isInteger(share) && share >= 0 && share <= credits).toBe(true);
        if (gone < amount) expect(BigInt(share) * BigInt(amount) <= BigInt(credits) * BigInt(gone)).toBe(true);
      }),
    );
  });
});

describe('The credits to take back of 100 for 500', () => {
  const nothing = { amount: 500, refundedAmount: 0, refundedAt: 0 };
  const refunded = (refundedAmount: number, refundedAt = 1_000) => ({ amount: 500, refundedAmount, refundedAt });

  it.each([
    ['nothing', nothing, [], 0],
    ['a dispute', nothing, [disputed('open')], 100],
    ['a lost one', nothing, [disputed('lost')], 100],
    ['a won one', nothing, [disputed('won')], 0],
    ['an inquiry', nothing, [disputed('inquiry')], 0],
    ['a part in dispute', nothing, [disputed('open', 200)], 40],
    ['two disputes of one charge', nothing, [disputed('open', 200), disputed('lost', 100, 1_000, 'dp_2')], 60],
    ['two whole disputes', nothing, [disputed('open'), disputed('open', 500, 1_000, 'dp_2')], 100],
    ['a dispute after a partial refund', refunded(100), [disputed('open')], 100],
    ['a won dispute after a partial refund', refunded(100), [disputed('won')], 20],
    ['a refund that failed', refunded(500), [failed(500, 1_001)], 0],
    ['a refund that failed within the second', refunded(500), [failed(500, 1_000)], 0],
    ['a refund that failed before the newest total', refunded(300, 1_002), [failed(200, 1_001)], 60],
    ['a failed refund before any total', nothing, [failed(500, 1_001)], 0],
  ])('for %s', (_, money, reversals, credits) => {
    expect(creditsToTakeBack(100, money, reversals)).toBe(credits);
  });
});

describe('What is told of a dispute', () => {
  const told = (...states: [DisputeState, number][]): Reversal | undefined =>
    states.reduce<Reversal | undefined>((known, [state, at]) => {
      const next = disputed(state, 500, at);
      return isNews(next, known) ? next : known;
    }, undefined);

  it.each([
    [
      'its end, told before its beginning',
      [
        ['won', 1],
        ['open', 2],
      ],
      'won',
    ],
    [
      'a dispute after its inquiry was dropped',
      [
        ['open', 2],
        ['dropped', 1],
        ['inquiry', 3],
      ],
      'open',
    ],
    [
      'the newest of two ends',
      [
        ['won', 5],
        ['lost', 4],
      ],
      'won',
    ],
    [
      'the newest of two ends',
      [
        ['won', 4],
        ['lost', 5],
      ],
      'lost',
    ],
    [
      'the money that came back within the second it was lost',
      [
        ['won', 4],
        ['lost', 4],
      ],
      'won',
    ],
  ] as [string, [DisputeState, number][], DisputeState][])('counts %s', (_, states, state) => {
    expect([told(...states)?.state, told(...[...states].reverse())?.state]).toEqual([state, state]);
  });

  it('comes to the same in every order, however often', () => {
    const states = fc.constantFrom<DisputeState>('inquiry', 'dropped', 'open', 'lost', 'won');
    const list = fc.array(fc.tuple(states, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 8 });
    const orders = list.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
    );
    fc.assert(fc.property(orders, ([all, order]) => expect(told(...order)).toEqual(told(...all))));
  });

  it('is of a failed refund its first failure', () => {
    expect([isNews(failed(5, 3), failed(5, 2)), isNews(failed(5, 1), failed(5, 2))]).toEqual([false, true]);
  });
});
