import { describe, expect, it } from '@jest/globals';
import { isEntitledAt, isOver, subscriptionVersion, tierToGive, type SubscriptionStanding } from './subscription-rules.js';

const NOW = new Date('2026-03-15T12:00:00Z');
const BEFORE = new Date('2026-03-15T11:59:59Z');
const AFTER = new Date('2026-03-15T12:00:01Z');

const standing = (fields: Partial<SubscriptionStanding> = {}): SubscriptionStanding => ({
  tier: 'pro',
  isOver: false,
  paidUntil: null,
  isEntitled: false,
  ...fields,
});

describe('A subscription', () => {
  it.each([
    ['is not paid yet', {}, false],
    ['is paid', { paidUntil: AFTER }, true],
    ['is over but paid to the end of the period', { paidUntil: AFTER, isOver: true, isEntitled: true }, true],
    ['is over and its period too', { paidUntil: BEFORE, isOver: true, isEntitled: true }, false],
    ['is over, its period to the second', { paidUntil: NOW, isOver: true, isEntitled: true }, false],
    ['goes on while its renewal is collected', { paidUntil: BEFORE, isEntitled: true }, true],
    ['was paid for a time that is over, and gave nothing then', { paidUntil: BEFORE }, false],
  ])('that %s: entitles %j %s', (_, fields, entitles) => {
    expect(isEntitledAt(NOW, standing(fields))).toBe(entitles);
  });

  it.each([
    ['incomplete', false],
    ['trialing', false],
    ['active', false],
    ['past_due', false],
    ['a status of the future', false],
    ['paused', true],
    ['unpaid', true],
    ['incomplete_expired', true],
    ['canceled', true],
  ])('that is %s: over %s', (status, over) => expect(isOver(status)).toBe(over));

  it('is told later by a later second, and in one second by how far it has come', () => {
    const created = 1_700_000_000;
    const told = [
      subscriptionVersion(created, 'customer.subscription.created', 'incomplete'),
      subscriptionVersion(created, 'customer.subscription.created', 'active'),
      subscriptionVersion(created, 'customer.subscription.updated', 'active'),
      subscriptionVersion(created, 'customer.subscription.updated', 'past_due'),
      subscriptionVersion(created, 'customer.subscription.deleted', 'canceled'),
      subscriptionVersion(created + 1, 'customer.subscription.created', 'incomplete'),
    ];
    expect([...told].sort((a, b) => a - b)).toEqual(told);
    expect(new Set(told).size).toBe(told.length);
  });
});

describe('The tier of an account', () => {
  const entitled = standing({ isEntitled: true });

  it.each([
    ['begins with the first paid period', standing(), entitled, 'free', 'pro'],
    ['begins over what an operator gave before', standing(), entitled, 'enterprise', 'pro'],
    ['stays with a renewal', entitled, entitled, 'pro', undefined],
    ['stays what an operator made it since', entitled, entitled, 'enterprise', undefined],
    ['follows a change of the subscription', entitled, { ...entitled, tier: 'enterprise' }, 'pro', 'enterprise'],
    ['does not follow it from what an operator made it', entitled, { ...entitled, tier: 'enterprise' }, 'free', undefined],
    ['ends with the subscription', entitled, standing(), 'pro', 'free'],
    ['does not end what an operator gave', entitled, standing(), 'enterprise', undefined],
    ['is nobody’s business before anything is paid', standing(), standing({ tier: 'enterprise' }), 'pro', undefined],
    ['is not given twice', standing(), entitled, 'pro', undefined],
  ])('%s', (_, before, after, current, tier) => {
    expect(tierToGive(before, after, { current, otherwise: 'free' })).toBe(tier);
  });
});
