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
    for (let request = 0; request < 4; request += 1)
      allowed.push((await limits.consume({ bucket: 'user:1', perHour: 3 })).allowed);
    expect(allowed).toEqual([true, true, true, false]);
    clock.advance(3_600_001);
    expect(await limits.consume({ bucket: 'user:1', perHour: 3 })).toMatchObject({ allowed: true, remaining: 2 });
  });

  it('counts every bucket by itself', async () => {
    const limits = limiter();
    await limits.consume({ bucket: 'user:1', perHour: 1 });
    expect((await limits.consume({ bucket: 'user:2', perHour: 1 })).allowed).toBe(true);
    expect((await limits.consume({ bucket: 'user:1', perHour: 1 })).allowed).toBe(false);
  });

  it('follows a limit that is changed', async () => {
    const limits = limiter();
    for (let request = 0; request < 3; request += 1) await limits.consume({ bucket: 'key:1', perHour: 2 });
    expect(await limits.consume({ bucket: 'key:1', perHour: 10 })).toMatchObject({ allowed: true, limit: 10, remaining: 6 });
  });

  it('without Redis keeps nobody waiting', () => {
    expect(limiter().consume({ bucket: 'user:1', perHour: 1 })).not.toBeInstanceOf(Promise);
  });

  it('is told in the headers of the source, of the IETF draft, and when to come back', async () => {
    const limits = limiter();
    const start = clock.now();
    await limits.consume({ bucket: 'user:1', perHour: 1 });
    clock.advance(600_000);
    expect(rateLimitHeaders(await limits.consume({ bucket: 'user:1', perHour: 1 }))).toEqual({
      'X-RateLimit-Limit': '1',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': `${Math.ceil(start / 1_000) + 3_600}`,
      'RateLimit-Policy': '"hourly";q=1;w=3600',
      RateLimit: '"hourly";r=0;t=3000',
      'Retry-After': '3000',
    });
  });

  it('sends nobody away who is within it', async () => {
    expect(rateLimitHeaders(await limiter().consume({ bucket: 'user:1', perHour: 5 }))).not.toHaveProperty('Retry-After');
  });

  describe('of a key and of all keys of its user', () => {
    const key = (n: number, perHour = 3) => ({ bucket: `key:${n}`, perHour });
    const user = { bucket: 'keys-of:1', perHour: 4 };

    it('is the tighter of the two', async () => {
      const limits = limiter();
      expect(await limits.consumeBoth(key(1), user)).toMatchObject({ allowed: true, limit: 3, remaining: 2 });
      expect(await limits.consumeBoth(key(2), user)).toMatchObject({ limit: 3, remaining: 2 });
      expect(await limits.consumeBoth(key(3), user)).toMatchObject({ limit: 4, remaining: 1 });
      expect(await limits.consumeBoth(key(4), user)).toMatchObject({ allowed: true, limit: 4, remaining: 0 });
      expect(await limits.consumeBoth(key(5), user)).toMatchObject({ allowed: false, limit: 4, bucket: user.bucket });
    });

    it('leaves the user what a key that is used up keeps asking for', async () => {
      const limits = limiter();
      for (let request = 0; request < 50; request += 1) await limits.consumeBoth(key(1), user);
      expect(await limits.consumeBoth(key(1), user)).toMatchObject({ allowed: false, limit: 3 });
      expect(await limits.consumeBoth(key(2), user)).toMatchObject({ allowed: true, remaining: 0 });
    });
  });
});
