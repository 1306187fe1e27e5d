import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  call,
  creditReplicas,
  creditRig,
  openAccount,
  outboxOf,
  setLedgerTime,
  settlement,
  type CreditRig,
  lockAccount,
  waitingForALock,
} from '../support/databases/credit-rig.js';
import { SystemClock } from '../../src/common/clock.js';
import { CreditRepository } from '../../src/credits/credit.repository.js';
import { HoldRenewal } from '../../src/credits/hold-renewal.service.js';
import { testConfig } from '../support/gateway/test-config.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

jest.setTimeout(30_000);

describe('A hold whose call never ended', () => {
  let database: TestDatabase;
  let rig: CreditRig;

  beforeAll(async () => {
    database = await createTestDatabase();
    rig = creditRig(database.postgres);
    await setLedgerTime(rig, '2026-11-14T12:00:00Z');
  });
  afterEach(async () => {
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
  });
  afterAll(() => database.drop());

  const hold = async (accountId: number, amount: number, holdMs: number) => {
    const eventId = randomUUID();
    expect(await rig.ledger.reserve({ eventId, accountId, amount, holdMs })).toMatchObject({ granted: true });
    return eventId;
  };
  /** A hold that is over as soon as it is made. */
  const holdOver = (accountId: number, amount: number) => hold(accountId, amount, 0);
  const eventsOf = async (eventId: string) => (await outboxOf(rig)).filter(({ id }) => id === eventId);

  it('is released when its time is over by the database’s clock, and not before', async () => {
    const accountId = await openAccount(rig);
    await hold(accountId, 20, 60_000);
    expect(await rig.sweeper.sweep()).toEqual({ expired: 0, collected: 0, refilled: 0 });
    await setLedgerTime(rig, '2026-11-14T12:01:30Z');
    expect(await rig.sweeper.sweep()).toEqual({ expired: 1, collected: 0, refilled: 0 });
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 50, held: 0 });
  });

  it('is charged all the same when it is settled late, if its account still has the credits', async () => {
    const accountId = await openAccount(rig);
    const late = [await holdOver(accountId, 20), await holdOver(accountId, 20)];
    await rig.sweeper.sweep();
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 50, held: 0 });
    expect(await call(rig, accountId, 15)).toBe(15);
    const settle = (eventId: string) => rig.ledger.settle(settlement(eventId, accountId, 20));
    expect(await settle(late[0]!)).toEqual({ charged: 20, remaining: 15 });
    expect(await settle(late[1]!)).toEqual({ charged: 0, remaining: 15, expired: true });
    expect(await settle(late[0]!)).toEqual({ charged: 20, remaining: 15 });
  });

  it('is charged nothing when others have spent its credits; its event is recorded once and says so', async () => {
    const accountId = await openAccount(rig);
    const eventId = await holdOver(accountId, 20);
    await rig.sweeper.sweep();
    expect(await call(rig, accountId, 45)).toBe(45);
    for (let time = 0; time < 2; time += 1) {
      expect(await rig.ledger.settle(settlement(eventId, accountId, 20))).toEqual({ charged: 0, remaining: 5, expired: true });
    }
    expect(await eventsOf(eventId)).toMatchObject([{ credits_charged: 0, error_code: 'HOLD_EXPIRED', credits_cost: 20 }]);
  });

  it('keeps the event of a call that was to be charged nothing as it is', async () => {
    const accountId = await openAccount(rig);
    const eventId = await holdOver(accountId, 20);
    await rig.sweeper.sweep();
    expect(await rig.ledger.settle(settlement(eventId, accountId, 0))).toMatchObject({ charged: 0, expired: true });
    expect(await eventsOf(eventId)).toMatchObject([{ credits_charged: 0, error_code: '' }]);
  });

  it('is charged when it is settled before anybody released it', async () => {
    const accountId = await openAccount(rig);
    const eventId = await holdOver(accountId, 20);
    expect(await rig.ledger.settle(settlement(eventId, accountId, 20))).toEqual({ charged: 20, remaining: 30 });
    expect(await rig.sweeper.sweep()).toMatchObject({ expired: 0 });
  });

  it('is released once, by however many replicas, and settled once: each of many is charged or over', async () => {
    const accountId = await openAccount(rig, 'enterprise');
    const eventIds = await Promise.all(Array.from({ length: 600 }, () => holdOver(accountId, 2)));
    const { rigs, close } = await creditReplicas(database.url, 5);
    const [settlements, ...sweeps] = await Promise.all([
      Promise.all(eventIds.slice(0, 300).map((eventId) => rig.ledger.settle(settlement(eventId, accountId, 2)))),
      ...rigs.map(({ sweeper }) => sweeper.sweep()),
    ]);
    await close();
    expect(settlements.filter(({ charged }) => charged === 2)).toHaveLength(300);
    const expired = sweeps.reduce((sum, sweep) => sum + sweep.expired, 0);
    expect(expired).toBeGreaterThanOrEqual(300); // those that were settled after they were released, too
    expect(expired).toBeLessThanOrEqual(600);
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 5_000 - 2 * 300, held: 0 });
  });

  it('is not released under the hands of a settlement that came before', async () => {
    const accountId = await openAccount(rig);
    const eventId = await holdOver(accountId, 20);
    const blocker = await lockAccount(database, accountId);
    const settling = rig.ledger.settle(settlement(eventId, accountId, 20));
    await eventually(async () => expect(await waitingForALock(database)).toBe(1));
    const sweeping = rig.sweeper.sweep();
    await eventually(async () => expect(await waitingForALock(database)).toBe(2));
    await blocker.release();
    expect(await settling).toEqual({ charged: 20, remaining: 30 });
    expect(await sweeping).toMatchObject({ expired: 0 });
  });

  it('is released also while its account never rests', async () => {
    const accountId = await openAccount(rig, 'enterprise');
    await Promise.all(Array.from({ length: 300 }, () => holdOver(accountId, 1)));
    const { rigs, close } = await creditReplicas(database.url, 2);
    let isOver = false;
    const calling = rigs.flatMap((replica) =>
      Array.from({ length: 20 }, async () => {
        while (!isOver) await call(replica, accountId, 0);
      }),
    );
    expect(await rig.sweeper.sweep()).toMatchObject({ expired: 300 });
    isOver = true;
    await Promise.all(calling);
    await close();
  });
});

describe('The hold of a call that runs', () => {
  let database: TestDatabase;
  let rig: CreditRig;
  beforeAll(async () => {
    database = await createTestDatabase();
    rig = creditRig(database.postgres);
  });
  afterAll(() => database.drop());

  const reserve = async (accountId: number, holdMs: number) => {
    const eventId = randomUUID();
    expect(await rig.ledger.reserve({ eventId, accountId, amount: 20, holdMs })).toMatchObject({ granted: true });
    return eventId;
  };
  const ageOf = async (eventId: string): Promise<number> => {
    const rows = await database.dataSource.query<{ s: number }[]>(
      'SELECT extract(epoch FROM expires_at - created_at)::float AS s FROM mcp.credit_holds WHERE id = $1',
      [eventId],
    );
    return rows[0]!.s;
  };

  it('lives as long as the call, which is charged in full', async () => {
    const accountId = await openAccount(rig);
    const config = testConfig({ credits: { hold_seconds: 1 } });
    const renewal = new HoldRenewal(new CreditRepository(database.postgres), new SystemClock(), config);
    renewal.onApplicationBootstrap();
    const eventId = await reserve(accountId, 1_000);
    renewal.begin(eventId);
    await eventually(async () => {
      expect((await rig.sweeper.sweep()).expired).toBe(0);
      expect(await ageOf(eventId)).toBeGreaterThan(3);
    }, 10_000);
    expect(await rig.ledger.settle(settlement(eventId, accountId, 20))).toEqual({ charged: 20, remaining: 30 });
    renewal.end(eventId);
    await renewal.onApplicationShutdown();
  });

  it('is taken again when it expired while nobody could renew it, if the credits are still there', async () => {
    const accountId = await openAccount(rig);
    const late = [await reserve(accountId, 0), await reserve(accountId, 0)];
    await eventually(async () => expect((await rig.sweeper.sweep()).expired + (await heldOf(accountId))).toBe(0));
    expect(await call(rig, accountId, 15)).toBe(15);
    await new CreditRepository(database.postgres).renewHolds(late, 60_000);
    expect(await heldOf(accountId)).toBe(20);
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
  });

  const heldOf = async (accountId: number) => (await rig.ledger.balance(accountId)).held;
});
