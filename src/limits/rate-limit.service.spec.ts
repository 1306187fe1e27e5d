import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../../test/support/test-clock.js';
import { rateLimitHeaders, RateLimitService } from './rate-limit.service.js';
import { RedisConnection } from './redis.connection.js';

describe('The rate limit', () => {
  const clock = new TestClock();
  const limiter = () => new RateLimitService(new RedisConnection(), clock);

  it('allows as many as the limit, then refuses until the hour is over', async () => {
    const limits = limiter();
    const allowed: boolean[] = [];
    for (let request = 0; request < 4; request += 1) allowed.push((await limits.consume('user:1', 3)).allowed);
    expect(allowed).toEqual([true, true, true, false]);
    clock.advance(3_600_001);
    expect(await limits.consume('user:1', 3)).toMatchObject({ allowed: true, remaining: 2 });
  });

  it('counts every bucket by itself', async () => {
    const limits = limiter();
    await limits.consume('user:1', 1);
    expect((await limits.consume('user:2', 1)).allowed).toBe(true);
    expect((await limits.consume('user:1', 1)).allowed).toBe(false);
  });

  it('follows a limit that is changed', async () => {
    const limits = limiter();
    for (let request = 0; request < 3; request += 1) await limits.consume('key:1', 2);
    expect(await limits.consume('key:1', 10)).toMatchObject({ allowed: true, limit: 10, remaining: 6 });
  });

  it('without Redis keeps nobody waiting', () => {
    expect(limiter().consume('user:1', 1)).not.toBeInstanceOf(Promise);
  });

  it('is told in the headers of the source, of the IETF draft, and when to come back', async () => {
    const limits = limiter();
    const start = clock.now();
    await limits.consume('user:1', 1);
    clock.advance(600_000);
    expect(rateLimitHeaders(await limits.consume('user:1', 1))).toEqual({
      'X-RateLimit-Limit': '1',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': `${Math.ceil(start / 1_000) + 3_600}`,
      'RateLimit-Policy': '"hourly";q=1;w=3600',
      RateLimit: '"hourly";r=0;t=3000',
      'Retry-After': '3000',
    });
  });

  it('sends nobody away who is within it', async () => {
    expect(rateLimitHeaders(await limiter().consume('user:1', 5))).not.toHaveProperty('Retry-After');
  });
});
