import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { rateLimitHeaders } from './rate-limit-headers.js';
import { RateLimitService } from './rate-limit.service.js';

const START = Date.UTC(2026, 0, 1);

describe('The rate limit', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: START });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('allows as many as the limit, then refuses until the hour is over', async () => {
    const limits = new RateLimitService();
    const allowed: boolean[] = [];
    for (let request = 0; request < 4; request += 1) allowed.push((await limits.consume('user:1', 3)).allowed);
    expect(allowed).toEqual([true, true, true, false]);
    jest.advanceTimersByTime(3_600_000);
    expect(await limits.consume('user:1', 3)).toMatchObject({ allowed: true, remaining: 2 });
  });

  it('counts every bucket by itself', async () => {
    const limits = new RateLimitService();
    await limits.consume('user:1', 1);
    expect((await limits.consume('user:2', 1)).allowed).toBe(true);
    expect((await limits.consume('user:1', 1)).allowed).toBe(false);
  });

  it('follows a limit that is changed', async () => {
    const limits = new RateLimitService();
    for (let request = 0; request < 3; request += 1) await limits.consume('key:1', 2);
    expect(await limits.consume('key:1', 10)).toMatchObject({ allowed: true, limit: 10, remaining: 6 });
  });

  it('is told in the headers of the source, of the IETF draft, and when to come back', async () => {
    const limits = new RateLimitService();
    await limits.consume('user:1', 1);
    jest.advanceTimersByTime(600_000);
    expect(rateLimitHeaders(await limits.consume('user:1', 1))).toEqual({
      'X-RateLimit-Limit': '1',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': `${START / 1_000 + 3_600}`,
      'RateLimit-Policy': '"hourly";q=1;w=3600',
      RateLimit: '"hourly";r=0;t=3000',
      'Retry-After': '3000',
    });
  });

  it('sends nobody away who is within it', async () => {
    expect(rateLimitHeaders(await new RateLimitService().consume('user:1', 5))).not.toHaveProperty('Retry-After');
  });
});
