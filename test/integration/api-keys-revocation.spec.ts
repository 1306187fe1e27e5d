import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { IssuedKey } from '../../src/api-keys/keys/key-issuer.service.js';
import type { Principal } from '../../src/auth/access/principal.js';
import { eventually } from '../support/eventually.js';
import { TestClock } from '../support/test-clock.js';
import { createUser, startKeyReplica, type KeyReplica } from '../support/gateway/key-replica.js';
import { TcpProxy } from '../support/databases/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

/** The promise: never later than this, whatever fails. */
const BOUND_MS = 2_000;
const WITHOUT_NOTIFY = `CREATE OR REPLACE FUNCTION mcp.announce_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO mcp.auth_changes (kind, id) VALUES ('key', coalesce(NEW.token_id, OLD.token_id));
    RETURN NULL;
  END $$`;

describe('A revocation by another replica', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let url: string;
  let owner: Principal;
  const replicas: KeyReplica[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
    proxy = new TcpProxy(new URL(database.url));
    url = await proxy.start();
    owner = await createUser(database.dataSource);
  });
  afterEach(async () => {
    proxy.restore();
    for (const replica of replicas.splice(0)) await replica.stop();
    await proxy.stop();
    await database.drop();
  });

  async function start(...args: Parameters<typeof startKeyReplica>): Promise<KeyReplica> {
    const replica = await startKeyReplica(...args);
    replicas.push(replica);
    return replica;
  }

  /** Two replicas, and a key that one of them made and the other keeps in memory. The other one goes by way of the proxy. */
  async function twoReplicas(clock?: TestClock) {
    const [here, there] = [await start(database.url), await start(url, clock)];
    const issued = await here.service.create(owner, { name: 'k', expiresAt: null });
    await twoMoreChecks(); // the key's creation has been told for good, so that nothing drops it from memory any more
    await keptBy(there, issued);
    return { here, there, ...issued };
  }

  /** Resolves when every feed has begun two more checks, so that one of each has been heard of to the end. */
  async function twoMoreChecks(): Promise<void> {
    const begun = new Map<number, Set<string>>();
    await eventually(async () => {
      const rows = await database.dataSource.query<{ pid: number; at: string }[]>(
        `SELECT pid, query_start::text AS at FROM pg_stat_activity
         WHERE application_name = 'tallygate changes' AND datname = current_database()`,
      );
      for (const { pid, at } of rows) begun.set(pid, (begun.get(pid) ?? new Set()).add(at));
      expect(Math.min(...[...begun.values()].map(({ size }) => size))).toBeGreaterThan(2);
    });
  }

  const keptBy = (replica: KeyReplica, { token }: IssuedKey) =>
    eventually(async () => {
      await replica.verifier.verify(token);
      expect(replica.verifier.recall(token)).toMatchObject({ ok: true });
    });

  /** Milliseconds until the replica refuses the key. */
  async function refusedAfter(replica: KeyReplica, { token }: IssuedKey): Promise<number> {
    const started = performance.now();
    for (;;) {
      const answer = await replica.verifier.verify(token);
      const elapsed = performance.now() - started;
      if (!answer.ok || elapsed > 10_000) return elapsed;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('counts within 100 ms', async () => {
    const { here, there } = await twoReplicas();
    const delays: number[] = [];
    for (let round = 0; round < 50; round += 1) {
      const issued = await here.service.create(owner, { name: 'k', expiresAt: null });
      await keptBy(there, issued);
      const [delay] = await Promise.all([refusedAfter(there, issued), here.service.revoke(owner, issued.key.id)]);
      delays.push(delay);
    }
    delays.sort((a, b) => a - b);
    expect(delays[25]).toBeLessThan(100);
    expect(delays[49]).toBeLessThan(BOUND_MS);
  });

  it('counts at once where it was made', async () => {
    const { here, token, key } = await twoReplicas();
    await here.verifier.verify(token);
    await here.service.revoke(owner, key.id);
    expect(await here.verifier.verify(token)).toEqual({ ok: false, reason: 'revoked' });
  });

  it('counts in time when the notification is lost', async () => {
    const { here, there, ...issued } = await twoReplicas();
    await database.dataSource.query(WITHOUT_NOTIFY);
    await here.service.revoke(owner, issued.key.id);
    expect(await refusedAfter(there, issued)).toBeLessThan(BOUND_MS);
  });

  it('counts in time when the listening connections are killed', async () => {
    const { here, there, ...issued } = await twoReplicas();
    const [{ killed }] = await database.dataSource.query(
      `SELECT count(pg_terminate_backend(pid))::int AS killed FROM pg_stat_activity
       WHERE application_name = 'tallygate changes' AND datname = current_database()`,
    );
    expect(killed).toBe(2);
    await here.service.revoke(owner, issued.key.id);
    expect(await refusedAfter(there, issued)).toBeLessThan(BOUND_MS);
    await eventually(() => expect(there.feed.isFresh()).toBe(true));
    const next = await here.service.create(owner, { name: 'k', expiresAt: null });
    await keptBy(there, next);
    await here.service.revoke(owner, next.key.id);
    expect(await refusedAfter(there, next)).toBeLessThan(BOUND_MS);
  });

  it('counts in time when it commits long after later changes', async () => {
    const { here, there, ...issued } = await twoReplicas();
    await database.dataSource.query(WITHOUT_NOTIFY);
    const slow = new pg.Client({ connectionString: database.url });
    await slow.connect();
    await slow.query('BEGIN');
    await slow.query('UPDATE mcp.api_keys SET is_active = false WHERE id = $1', [issued.key.id]);
    const later = await here.service.create(owner, { name: 'later', expiresAt: null });
    await twoMoreChecks();
    await keptBy(there, issued);
    await slow.query('COMMIT');
    await slow.end();
    expect(await refusedAfter(there, issued)).toBeLessThan(BOUND_MS);
    expect(await there.verifier.verify(later.token)).toMatchObject({ ok: true });
  });

  it.each(['cut', 'silence'] as const)(
    'is never missed for more than two seconds when PostgreSQL is away (%s)',
    async (fault) => {
      const clock = new TestClock();
      const { here, there, ...issued } = await twoReplicas(clock);
      proxy[fault]();
      await here.service.revoke(owner, issued.key.id);
      clock.advance(BOUND_MS);
      expect(there.verifier.recall(issued.token)).toMatchObject({ ok: true }); // nobody could have told it, and it is not older
      clock.advance(1);
      await expect(there.verifier.verify(issued.token)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      proxy.restore();
      await eventually(async () => expect(await there.verifier.verify(issued.token)).toEqual({ ok: false, reason: 'revoked' }));
    },
  );

  it('is not missed by a process that slept while the monotonic clock stood still', async () => {
    const clock = new TestClock();
    const { there, ...issued } = await twoReplicas(clock);
    clock.sleep(60_000);
    expect(there.verifier.recall(issued.token)).toBeUndefined();
  });

  it('is not missed by a replica that was away for longer than changes are kept', async () => {
    const clock = new TestClock();
    const { here, there, ...issued } = await twoReplicas(clock);
    proxy.cut();
    await here.service.revoke(owner, issued.key.id);
    await database.dataSource.query('DELETE FROM mcp.auth_changes');
    clock.advance(10 * 60_000);
    proxy.restore();
    await eventually(() => expect(there.feed.isFresh()).toBe(true));
    expect(await there.verifier.verify(issued.token)).toEqual({ ok: false, reason: 'revoked' });
  });

  it('is deleted from the feed once every replica must have read it', async () => {
    const clock = new TestClock();
    const { there } = await twoReplicas(clock);
    const rows = async () => (await database.dataSource.query('SELECT count(*)::int AS n FROM mcp.auth_changes'))[0].n as number;
    expect(await rows()).toBeGreaterThan(0);
    for (let round = 0; round < 2; round += 1) {
      clock.advance(10 * 60_000);
      await eventually(() => expect(there.feed.isFresh()).toBe(true));
    }
    await eventually(async () => expect(await rows()).toBe(0));
  });
});
