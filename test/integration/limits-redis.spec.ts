import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { LoginLimits } from '../../src/auth/login/login-limits.service.js';
import { SystemClock } from '../../src/common/clock.js';
import { FailureLimiter } from '../../src/limits/failure-limiter.js';
import { RateLimitService } from '../../src/limits/rate-limit.service.js';
import { RedisConnection } from '../../src/limits/redis.connection.js';
import { eventually } from '../support/eventually.js';
import { hasRedis, RedisServer } from '../support/databases/redis-server.js';
import { Refusals } from '../../src/telemetry/refusals.js';
import { testConfig } from '../support/gateway/test-config.js';

const FAILURES = 10;

(hasRedis() ? describe : describe.skip)('Limits in Redis', () => {
  let server: RedisServer;
  let one: Replica;
  let two: Replica;
  /** A bucket of each test's own. */
  let bucket: string;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.kill());
  beforeEach(async () => {
    bucket = `user:${randomUUID()}`;
    [one, two] = [await startReplica(server.url), await startReplica(server.url)];
  });
  afterEach(() => [one, two].forEach(({ redis }) => redis.onApplicationShutdown()));

  const allowed = async (replica: Replica, requests: number, perHour: number) => {
    const decisions = await Promise.all(Array.from({ length: requests }, () => replica.limits.consume({ bucket, perHour })));
    return decisions.filter((decision) => decision.allowed).length;
  };

  it('are one limit for all replicas, to the request', async () => {
    const both = await Promise.all([allowed(one, 30, 20), allowed(two, 30, 20)]);
    expect(both[0]! + both[1]!).toBe(20);
    expect(await two.limits.consume({ bucket, perHour: 100 })).toMatchObject({ remaining: 39 });
  });

  it('of a key and of all keys of its user are counted together, and what a used-up key asks for is not the user’s', async () => {
    const key = (replica: Replica, name: string) =>
      replica.limits.consumeBoth({ bucket: `${bucket}:${name}`, perHour: 5 }, { bucket: `${bucket}:all`, perHour: 8 });
    for (let request = 0; request < 30; request += 1) await key(one, 'first');
    await one.redis.ping(); // behind what was taken back
    const decisions = await Promise.all(Array.from({ length: 3 }, () => key(two, 'second')));
    expect(decisions.map(({ allowed, limit, remaining }) => ({ allowed, limit, remaining }))).toEqual(
      [2, 1, 0].map((remaining) => ({ allowed: true, limit: 8, remaining })),
    );
    expect(await key(two, 'third')).toMatchObject({ allowed: false, limit: 8, bucket: `${bucket}:all` });
  });

  it('that are used up are known here, and cost Redis nothing until they are raised or their window ends', async () => {
    const ask = (name: string, perHour: number) =>
      one.limits.consumeBoth({ bucket: `${bucket}:${name}`, perHour }, { bucket: `${bucket}:all`, perHour: 8 });
    for (let request = 0; request < 3; request += 1)
      await Promise.all([ask('key', 3), one.limits.consume({ bucket, perHour: 3 })]);
    expect(ask('key', 3)).toMatchObject({ allowed: false, limit: 3, remaining: 0 });
    expect(one.limits.consume({ bucket, perHour: 3 })).toMatchObject({ allowed: false, limit: 3 });
    expect(await ask('key', 5)).toMatchObject({ allowed: true, limit: 5 });
    expect(await ask('other', 3)).toMatchObject({ allowed: true, remaining: 2 });
  });

  it('end their window at the same time everywhere', async () => {
    const first = await one.limits.consume({ bucket, perHour: 5 });
    const second = await two.limits.consume({ bucket, perHour: 5 });
    expect(Math.abs(second.resetAtSeconds - first.resetAtSeconds)).toBeLessThanOrEqual(1);
    expect(first.retryAfterSeconds).toBeGreaterThan(3_500);
  });

  it('go on from where they were while Redis is away, and are shared again when it is back', async () => {
    expect(await allowed(one, 5, 8)).toBe(5);
    await server.kill();
    await eventually(() => expect(one.redis.isReady).toBe(false));
    expect(await allowed(one, 10, 8)).toBe(3);
    await server.restart();
    for (const { redis } of [one, two]) await eventually(() => expect(redis.isReady).toBe(true));
    const both = await Promise.all([allowed(one, 8, 8), allowed(two, 8, 8)]);
    expect(both[0]! + both[1]!).toBe(8);
  });

  it('keep nobody waiting for a Redis that hangs', async () => {
    server.freeze();
    expect(await allowed(one, 50, 30)).toBe(30);
    const started = performance.now();
    for (let request = 0; request < 200; request += 1) await one.limits.consume({ bucket, perHour: 30 });
    // A wait of 250 ms for each would take 50 s.
    expect(performance.now() - started).toBeLessThan(10_000);
    await expect(one.redis.ping()).rejects.toThrow();
    server.thaw();
    await eventually(() => expect(one.redis.isReady).toBe(true));
  });

  it('count failures of an address on all replicas: the second learns of the first at its own first', async () => {
    for (let failure = 0; failure < FAILURES; failure += 1) one.failures.recordFailure('192.0.2.7');
    await one.redis.ping(); // behind its counts
    two.failures.recordFailure('192.0.2.7');
    await eventually(() => expect(() => two.failures.check('192.0.2.7')).toThrow('Too many invalid API keys'));
    expect(() => two.failures.check('192.0.2.8')).not.toThrow();
  });

  it('count failed logins on all replicas, and forgive the right ones', async () => {
    for (let attempt = 0; attempt < 3 * FAILURES; attempt += 1) {
      one.logins.begin('anna', '192.0.2.9');
      one.logins.succeeded('anna', '192.0.2.9', ['anna']);
    }
    for (let attempt = 1; attempt < FAILURES; attempt += 1) one.logins.begin('bob', '192.0.2.9');
    two.logins.begin('bob', '192.0.2.9');
    await eventually(() => expect(() => two.logins.begin('anna', '192.0.2.9')).toThrow('Too many failed logins'));
  });
});

/** What one gateway counts with. */
interface Replica {
  redis: RedisConnection;
  limits: RateLimitService;
  failures: FailureLimiter;
  logins: LoginLimits;
}

async function startReplica(redisUrl: string): Promise<Replica> {
  const config = testConfig({ redis_url: redisUrl, limits: { failures_per_address: FAILURES } });
  const clock = new SystemClock();
  const redis = await RedisConnection.open(config);
  await redis.onModuleInit();
  return {
    redis,
    limits: new RateLimitService(redis, clock),
    failures: new FailureLimiter(config, clock, redis, new Refusals(clock)),
    logins: new LoginLimits(config, clock, redis),
  };
}
