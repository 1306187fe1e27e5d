import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../src/common/clock.js';
import { RateLimitService } from '../../src/limits/rate-limit.service.js';
import { RedisConnection } from '../../src/limits/redis.connection.js';
import { eventually } from '../support/eventually.js';
import { hasRedis, RedisSentinel, RedisServer } from '../support/databases/redis-server.js';
import { TcpProxy } from '../support/databases/tcp-proxy.js';
import { testConfig } from '../support/gateway/test-config.js';

const PER_HOUR = 8;

(hasRedis() ? describe : describe.skip)('Limits in a Redis that fails over', () => {
  let master: RedisServer;
  let replica: RedisServer;
  let replicas: Replica[];
  /** A bucket of each test's own. */
  let bucket: string;
  beforeAll(async () => {
    [master, replica] = [await RedisServer.start(), await RedisServer.start()];
    await replica.follow(master);
  });
  afterAll(() => Promise.all([master.kill(), replica.kill()]));
  beforeEach(() => void (bucket = `user:${randomUUID()}`));
  afterEach(() => replicas.forEach(({ redis }) => redis.onApplicationShutdown()));

  const allowed = async ({ limits }: Replica, requests: number) => {
    const decisions = await Promise.all(Array.from({ length: requests }, () => limits.consume({ bucket, perHour: PER_HOUR })));
    return decisions.filter((decision) => decision.allowed).length;
  };
  const areReady = (are: boolean) =>
    eventually(() => expect(replicas.map(({ redis }) => redis.isReady)).toEqual(replicas.map(() => are)));
  /** Redis tells its replicas behind. */
  const areTold = (count: number) => eventually(async () => expect(await countIn(replica, bucket)).toBe(count));
  const swap = async () => {
    await replica.follow(undefined);
    await master.follow(replica);
    [master, replica] = [replica, master];
  };

  describe('behind an address', () => {
    const address = new TcpProxy(() => new URL(leadsTo.url));
    let leadsTo: RedisServer;
    beforeEach(async () => {
      leadsTo = master;
      const url = (beganAt ??= await address.start());
      replicas = [await startReplica(url), await startReplica(url)];
      await areReady(true);
    });
    afterAll(() => address.stop());
    let beganAt: string | undefined;

    it('go on with what was counted, as one limit, though the former master lives and keeps its connections', async () => {
      const [one, two] = replicas as [Replica, Replica];
      expect((await allowed(one, 2)) + (await allowed(two, 3))).toBe(5);
      await areTold(5);
      await swap();
      leadsTo = master;
      // The first to count learns of it, and counts for itself meanwhile.
      await eventually(async () => {
        for (const { limits } of replicas) await limits.consume({ bucket: `${bucket}:other`, perHour: PER_HOUR });
        for (const { redis } of replicas) await redis.ping();
        expect(await countIn(master, `${bucket}:other`)).toBeGreaterThan(0);
      });
      await areReady(true);
      expect((await allowed(one, 5)) + (await allowed(two, 5))).toBe(3);
    });

    it('are each replica’s own while the address leads to a server that cannot count, which is told as away', async () => {
      const [one] = replicas as [Replica];
      expect(await allowed(one, 5)).toBe(5);
      await swap();
      expect(await allowed(one, 10)).toBe(3);
      await areReadyOnce(one, false);
      replicas.push(await startReplica(beganAt!)); // meets nothing but the replica
      expect(replicas.at(-1)!.redis.isReady).toBe(false);
      await expect(replicas.at(-1)!.redis.ping()).rejects.toThrow('a replica of another Redis');
      leadsTo = master;
      await areReady(true);
      await expect(one.redis.ping()).resolves.toBeUndefined();
    });
    const areReadyOnce = ({ redis }: Replica, is: boolean) => eventually(() => expect(redis.isReady).toBe(is));
  });

  it('follow the master that a sentinel names, and go on with what was counted', async () => {
    const sentinel = await RedisSentinel.start(master);
    replicas = [await startReplica(sentinel.url), await startReplica(sentinel.url)];
    const [one, two] = replicas as [Replica, Replica];
    await areReady(true);
    expect((await allowed(one, 2)) + (await allowed(two, 3))).toBe(5);
    await areTold(5);
    await eventually(async () => expect(await sentinel.knowsReplica()).toBe(true));
    await master.kill();
    await areReady(false);
    await areReady(true);
    expect((await allowed(one, 5)) + (await allowed(two, 5))).toBe(3);
    await sentinel.stop();
  });

  it('keep no start waiting for sentinels that are not there', async () => {
    const started = performance.now();
    replicas = [await startReplica('redis+sentinel://127.0.0.1:1,127.0.0.1:2/limits')];
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await allowed(replicas[0]!, 10)).toBe(PER_HOUR);
  });
});

/** What one gateway counts with. */
interface Replica {
  redis: RedisConnection;
  limits: RateLimitService;
}

async function startReplica(redisUrl: string): Promise<Replica> {
  const redis = await RedisConnection.open(testConfig({ redis_url: redisUrl }));
  await redis.onModuleInit();
  return { redis, limits: new RateLimitService(redis, new SystemClock()) };
}

async function countIn(server: RedisServer, bucket: string): Promise<number> {
  return Number(await server.ask('GET', `tallygate:requests:${bucket}`));
}
