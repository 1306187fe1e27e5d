import { beforeEach, describe, expect, it } from '@jest/globals';
import { testConfig } from '../../test/support/gateway/test-config.js';
import { BodyBudget, strangerAt } from './body-budget.js';

const MIB = 1_048_576;

describe('The budget of 16 MiB', () => {
  let budget: BodyBudget;
  beforeEach(() => {
    budget = BodyBudget.of(testConfig({ listeners: { bodies_max_mib: 16 } }));
  });

  it('is one for a process', () => {
    const config = testConfig();
    expect(BodyBudget.of(config)).toBe(BodyBudget.of(config));
  });

  it('gives half of it to strangers, of that a quarter to each address, and a quarter to each user', () => {
    const hosts = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '2001:db8::1'].map(strangerAt);
    expect(() => budget.hold(hosts[0]!).take(2 * MIB + 1)).toThrow('Too many request bodies');
    for (const host of hosts) budget.hold(host).take(2 * MIB);
    expect(budget.hasRoom(strangerAt('2001:db8::2'), 1)).toBe(false);
    expect(budget.hasRoom(strangerAt('10.0.0.9'), 1)).toBe(false);
    budget.hold('ann').take(4 * MIB);
    expect(() => budget.hold('ann').take(1)).toThrow('Too many request bodies');
    budget.hold('ben').take(4 * MIB);
    expect(() => budget.hold('cat').take(1)).toThrow(
      expect.objectContaining({ code: 'OVERLOADED', extras: { retryAfterSeconds: 1 } }),
    );
    expect([budget.held, budget.refused]).toEqual([16 * MIB, 3]);
  });

  it('counts what is made of a body, at most the share of its owner', () => {
    const [held, other] = [budget.hold('ann'), budget.hold('ann')];
    held.take(MIB);
    held.weigh(2 * MIB);
    expect(budget.held).toBe(3 * MIB);
    other.take(1);
    expect(() => other.weigh(100 * MIB)).toThrow('Too many request bodies');
    held.release();
    other.weigh(100 * MIB);
    expect(budget.held).toBe(4 * MIB);
  });

  it('has back what a body took, once, whatever comes after its end', () => {
    const held = budget.hold('ann');
    held.take(MIB);
    held.take(MIB);
    expect(budget.held).toBe(2 * MIB);
    held.release();
    held.release();
    held.take(MIB);
    expect(budget.held).toBe(0);
    expect(budget.hasRoom('ann', 4 * MIB)).toBe(true);
  });
});
