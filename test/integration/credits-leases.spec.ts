import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  accountWith,
  begun,
  call,
  charge,
  creditRig,
  heldOf,
  lockAccount,
  reserve,
  type CreditRig,
} from '../support/databases/credit-rig.js';
import { createTestDatabase, openPostgres, type OpenPostgres, type TestDatabase } from '../support/databases/test-database.js';
import { eventually } from '../support/eventually.js';
import { TestClock } from '../support/test-clock.js';

jest.setTimeout(30_000);

/** Of which a replica leases 1 000 ahead of need, when a call costs 10. */
const RICH = 64_010;
const AHEAD = 1_000;

describe('What a replica has leased of an account', () => {
  let database: TestDatabase;
  let door: OpenPostgres;
  let rig: CreditRig;
  let other: CreditRig;
  let clock: TestClock;

  beforeAll(async () => {
    database = await createTestDatabase();
    door = await openPostgres(database.url);
  });
  beforeEach(() => {
    clock = new TestClock();
    rig = creditRig(database.postgres, undefined, 60, clock);
    other = creditRig(door.postgres);
  });
  afterEach(async () => {
    for (const each of [rig, other]) await each.upkeep.close();
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
  });
  afterAll(async () => {
    await door.close();
    await database.drop();
  });

  /** Its upkeep runs, and it listens. */
  const keepUp = async (kept: CreditRig) => {
    kept.upkeep.onApplicationBootstrap();
    await eventually(() => expect(kept.postgres.isListening).toBe(true));
  };
  const lease = async (accountId: number) => {
    await call(rig, accountId, 10);
    expect(await heldOf(rig, accountId)).toBe(AHEAD);
  };

  it('is given back when nobody has called for seconds, and kept while calls use it', async () => {
    const [idle, used] = [await accountWith(rig, RICH), await accountWith(rig, RICH)];
    await keepUp(rig);
    for (const accountId of [idle, used]) await lease(accountId);
    clock.advance(2_900);
    await call(rig, used, 10);
    clock.advance(101);
    await eventually(async () => expect(await heldOf(rig, idle)).toBe(0));
    expect(await heldOf(rig, used)).toBeGreaterThanOrEqual(AHEAD - 10);
  });

  it('is given back but for what a call needs that still runs', async () => {
    const accountId = await accountWith(rig, RICH);
    const running = await begun(rig, accountId, 10);
    await keepUp(rig);
    clock.advance(3_001);
    await eventually(async () => expect(await heldOf(rig, accountId)).toBe(10));
    expect(await charge(rig, running, 10)).toEqual({ charged: 10, remaining: RICH - 10 });
  });

  it('is given back in the last minute of a month, since an allocation does not carry over', async () => {
    const accountId = await accountWith(rig, RICH);
    await lease(accountId);
    clock.sleep(Date.UTC(2026, 0, 31, 23, 59, 1) - clock.now());
    await keepUp(rig);
    await eventually(async () => expect(await heldOf(rig, accountId)).toBe(0));
  });

  it('is called back by another replica before that refuses a call, but for what running calls need', async () => {
    const accountId = await accountWith(rig, RICH);
    await keepUp(rig);
    const running = await begun(rig, accountId, 10);
    expect(await heldOf(rig, accountId)).toBe(10 + AHEAD);
    expect(await reserve(other, accountId, RICH - 9)).toEqual({ available: RICH - 10 });
    expect(await call(other, accountId, RICH - 10)).toBe(RICH - 10);
    expect(await charge(rig, running, 10)).toMatchObject({ charged: 10 });
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 0, held: 0 });
  });

  it('is answered for also when there is nothing to give back, so that nobody waits any more', async () => {
    const accountId = await accountWith(rig, 50);
    await keepUp(rig);
    const running = await begun(rig, accountId, 40);
    expect(await reserve(other, accountId, 11)).toEqual({ available: 10 });
    await eventually(async () => {
      const [lease] = await rig.postgres.query('SELECT called_back_at AS at FROM mcp.credit_leases WHERE account_id = $1', [
        accountId,
      ]);
      expect(lease).toEqual({ at: null });
    });
    await charge(rig, running, 0);
  });

  it('is called back also while it is being asked for more', async () => {
    const accountId = await accountWith(rig, RICH);
    await keepUp(rig);
    await lease(accountId);
    const answers = await Promise.all([
      ...Array.from({ length: 40 }, () => call(rig, accountId, 10)),
      call(other, accountId, 63_600),
    ]);
    expect(answers).toEqual([...Array<number>(40).fill(10), 63_600]);
  });

  it('is called back before the account is shown, so that only calls hold anything', async () => {
    const accountId = await accountWith(rig, RICH);
    await keepUp(rig);
    const running = await begun(rig, accountId, 10);
    expect(await other.ledger.balance(accountId)).toMatchObject({ balance: RICH, held: 10, available: RICH - 10 });
    await charge(rig, running, 0);
  });

  /** How often PostgreSQL has been asked for a lease. */
  const asked = async ({ leases }: CreditRig): Promise<number> => {
    const { values } = await leases.latency.get();
    const [count] = values.filter(({ metricName, labels }) => metricName?.endsWith('_count') && labels['operation'] === 'lease');
    return count?.value ?? 0;
  };

  it('is waited for a moment when its replica does not hear, once, and then the call is refused', async () => {
    const accountId = await accountWith(rig, RICH);
    await lease(accountId);
    const startedAt = performance.now();
    expect(await reserve(other, accountId, RICH - 10)).toEqual({ available: RICH - 10 - AHEAD });
    expect(performance.now() - startedAt).toBeGreaterThan(240);
    const before = await asked(other);
    expect(await reserve(other, accountId, RICH - 10)).toEqual({ available: RICH - 10 - AHEAD });
    expect((await asked(other)) - before).toBe(1);
    expect(await call(other, accountId, RICH - 10 - AHEAD)).toBe(RICH - 10 - AHEAD);
    await keepUp(rig); // what was asked for while nobody listened is given back
    await eventually(async () => expect(await call(other, accountId, AHEAD)).toBe(AHEAD));
  });

  it('is kept while the replica says that it lives, with the start of its oldest call', async () => {
    const accountId = await accountWith(rig, 50);
    const [first, second] = [await begun(rig, accountId, 10), await begun(rig, accountId, 10)];
    await rig.postgres.query(`UPDATE mcp.replicas SET expires_at = mcp.ledger_time() + interval '1 second'`);
    await keepUp(rig);
    clock.advance(15_000);
    const told = async () => (await rig.outbox.callsSince())?.getTime();
    await eventually(async () => expect(await told()).toBe(first.startedAt));
    const [{ left }] = (await rig.postgres.query<{ left: number }>(
      'SELECT extract(epoch FROM expires_at - mcp.ledger_time())::int AS left FROM mcp.replicas WHERE id = $1',
      [rig.replica.id],
    )) as [{ left: number }];
    expect(left).toBeGreaterThan(50);
    for (const running of [first, second]) await charge(rig, running, 10);
    clock.advance(15_000);
    await eventually(async () => expect(await told()).toBeUndefined());
  });

  it('is not given back by who has known it before it was forgotten, while calls reserve it anew', async () => {
    const accountId = await accountWith(rig, 50);
    await call(rig, accountId, 10);
    const before = rig.leases.held;
    await rig.leases.settle(before);
    const running = await begun(rig, accountId, 10);
    await rig.leases.settle(before);
    expect(await heldOf(rig, accountId)).toBe(10);
    expect(rig.leases.held.map(({ needed }) => needed)).toEqual([10]);
    await charge(rig, running, 10);
  });

  it('is released when the gateway stops, and what it charged stays charged', async () => {
    const accountId = await accountWith(rig, RICH);
    await lease(accountId);
    const id = rig.replica.id;
    await rig.upkeep.close();
    expect(await heldOf(rig, accountId)).toBe(0);
    expect(await rig.postgres.query('SELECT FROM mcp.replicas WHERE id = $1 AND closed_at IS NULL', [id])).toEqual([]);
    expect(await other.ledger.balance(accountId)).toMatchObject({ balance: RICH - 10, held: 0 });
  });

  it('leaves no trace when all of it is spent and posted', async () => {
    const accountId = await accountWith(rig, 50);
    await call(rig, accountId, 10);
    await rig.leases.settle(rig.leases.held);
    await rig.posting.post();
    await other.sweeper.sweep();
    expect(await rig.postgres.query('SELECT FROM mcp.credit_leases WHERE account_id = $1', [accountId])).toEqual([]);
  });

  it('is forgotten to be all there is when others have given or taken credits', async () => {
    const accountId = await accountWith(rig, 50);
    await keepUp(rig);
    expect((await charge(rig, await begun(rig, accountId, 10), 10)).remaining).toBe(40);
    await other.ledger.grant({ accountId, amount: 5, reason: 'test', by: 'test' });
    await eventually(() => expect(rig.leases.isKnown(accountId)).toBe(false));
    expect((await charge(rig, await begun(rig, accountId, 0), 0)).remaining).toBe(45);
  });

  it('is not changed by a request that PostgreSQL comes to after the replica has given it up and settled', async () => {
    const [locked, accountId] = [await accountWith(rig, 50), await accountWith(rig, RICH)];
    const running = await begun(rig, accountId, 10);
    const blocker = await lockAccount(database, locked);
    // Both in one statement, which waits for the first account: what is free of the second is on its way back into the pot.
    const first = reserve(rig, await accountWith(rig, 50), 1);
    const late = [reserve(rig, locked, 1), reserve(rig, accountId, AHEAD + 1)];
    await first;
    const leasing = async () => {
      const [row] = await database.postgres.query<{ count: number }>(
        `SELECT count(*)::int FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%mcp.lease_credits(%' AND pid <> pg_backend_pid()`,
      );
      return row!.count;
    };
    for (const refused of await Promise.allSettled(late))
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    expect(await leasing()).toBe(1);
    await rig.leases.settle(rig.leases.held.filter((lease) => lease.accountId === accountId));
    expect(await heldOf(rig, accountId)).toBe(10);
    await blocker.release();
    await eventually(async () => expect(await leasing()).toBe(0));
    expect(await heldOf(rig, accountId)).toBe(10);
    expect(await charge(rig, running, 10)).toMatchObject({ charged: 10 });
    await rig.leases.settle(rig.leases.held);
    expect(await rig.ledger.balance(locked)).toMatchObject({ held: 0, available: 50 });
  });
});
