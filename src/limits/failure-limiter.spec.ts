import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../../test/support/test-clock.js';
import { testConfig } from '../../test/support/gateway/test-config.js';
import { FailureCounter } from './failure-counter.js';
import { FAILURE_WINDOW_MS, FailureLimiter } from './failure-limiter.js';
import { Refusals } from '../telemetry/refusals.js';
import { RedisConnection } from './redis.connection.js';

describe('The failure limit', () => {
  const clock = new TestClock();
  const config = testConfig({ limits: { failures_per_address: 3 } });
  const redis = new RedisConnection();
  const limiter = () => new FailureLimiter(config, clock, redis, new Refusals(clock));
  const fail = (limits: FailureLimiter, address: string, times = 3) => {
    for (let failure = 0; failure < times; failure += 1) limits.recordFailure(address);
  };

  const isBlocked = (limits: FailureLimiter, address: string) => {
    try {
      limits.check(address);
      return false;
    } catch {
      return true;
    }
  };

  it('blocks an address after its failures and no other', () => {
    const limits = limiter();
    fail(limits, '10.0.0.1', 2);
    expect(isBlocked(limits, '10.0.0.1')).toBe(false);
    fail(limits, '10.0.0.1', 1);
    expect([isBlocked(limits, '10.0.0.1'), isBlocked(limits, '10.0.0.2')]).toEqual([true, false]);
    expect(() => limits.check('10.0.0.1')).toThrow('Try again in 900 s');
    expect(() => limits.check('10.0.0.2')).not.toThrow();
  });

  it('takes an IPv6 /64 for one address', () => {
    const limits = limiter();
    for (const host of ['1', '2', 'ffff:ffff:ffff:ffff'])
      limits.recordFailure(`2001:db8:0:1:${host.includes(':') ? host : `:${host}`}`);
    expect([isBlocked(limits, '2001:db8:0:1::99'), isBlocked(limits, '2001:db8:0:2::99')]).toEqual([true, false]);
  });

  it('ends its block with the window, however often the address fails meanwhile', () => {
    const limits = limiter();
    fail(limits, '10.0.0.1');
    clock.advance(FAILURE_WINDOW_MS - 1);
    fail(limits, '10.0.0.1');
    expect(isBlocked(limits, '10.0.0.1')).toBe(true);
    clock.advance(2);
    expect(isBlocked(limits, '10.0.0.1')).toBe(false);
  });

  it('remembers a bounded number of keys', () => {
    const counter = new FailureCounter({ name: 'test', limit: 1, windowMs: 1_000, keysMax: 2, clock, redis });
    for (const key of ['a', 'b', 'c']) counter.add(key);
    expect(['a', 'b', 'c'].map((key) => counter.blockedForSeconds(key) > 0)).toEqual([false, true, true]);
  });
});
