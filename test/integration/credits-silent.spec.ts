import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  accountWith,
  begun,
  blockAppends,
  call,
  charge,
  closeSilent,
  creditRig,
  heldOf,
  ledgerOf,
  lockAccount,
  outboxOf,
  reserve,
  setLedgerTime,
  waitingForALock,
  type CreditRig,
} from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent } from '../support/databases/usage-rig.js';
import { eventually } from '../support/eventually.js';

jest.setTimeout(30_000);

let database: TestDatabase;
/** Which is silent. */
let rig: CreditRig;
let other: CreditRig;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => {
  [rig, other] = [creditRig(database.postgres), creditRig(database.postgres)];
});
afterEach(async () => {
  expect(await other.audit.audit()).toMatchObject({ differenceCount: 0 });
});
afterAll(() => database.drop());

const isClosed = async (id: number) => {
  const [row] = await database.postgres.query<{ closed: boolean }>(
    'SELECT closed_at IS NOT NULL AS closed FROM mcp.replicas WHERE id = $1',
    [id],
  );
  return row!.closed;
};
const eventOf = async (eventId: string) => (await outboxOf(rig)).filter(({ id }) => id === eventId);

describe('A replica that is silent', () => {
  it('for its whole term, by the database’s clock, and a sweep later still, loses what it has leased', async () => {
    const at = Date.now();
    const moveTo = (seconds: number) => setLedgerTime(rig, new Date(at + 1_000 * seconds).toISOString());
    await moveTo(0);
    const accountId = await accountWith(rig, 50);
    await begun(rig, accountId, 20);
    await moveTo(58);
    for (let time = 0; time < 2; time += 1) await other.sweeper.sweep();
    expect(await heldOf(rig, accountId)).toBe(20);
    await moveTo(61);
    expect(await other.sweeper.sweep()).toMatchObject({ expired: 0 });
    expect([await isClosed(rig.replica.id!), await heldOf(rig, accountId)]).toEqual([false, 20]);
    expect(await other.sweeper.sweep()).toMatchObject({ expired: 1 });
    expect([await isClosed(rig.replica.id!), await heldOf(rig, accountId)]).toEqual([true, 0]);
    expect(await other.ledger.balance(accountId)).toMatchObject({ balance: 50, available: 50 });
    await moveTo(0);
  });

  it('is not closed when it is heard between two sweeps, as one that PostgreSQL was away for', async () => {
    const id = await rig.replica.open();
    await database.postgres.query('UPDATE mcp.replicas SET expires_at = mcp.ledger_time() WHERE id = $1', [id]);
    await other.sweeper.sweep();
    await rig.replica.renew(undefined);
    await other.sweeper.sweep();
    expect(await isClosed(id)).toBe(false);
  });

  it('is not closed when it is heard while it is being closed', async () => {
    const id = await rig.replica.open();
    await database.postgres.query('UPDATE mcp.replicas SET expires_at = mcp.ledger_time() WHERE id = $1', [id]);
    await other.sweeper.sweep();
    let sweeping: Promise<unknown> = Promise.resolve();
    await database.postgres.transaction(async (tx) => {
      await tx.query(`UPDATE mcp.replicas SET expires_at = mcp.ledger_time() + interval '1 hour' WHERE id = $1`, [id]);
      sweeping = other.sweeper.sweep();
      await eventually(async () => expect(await waitingForALock(database)).toBe(1));
    });
    await sweeping;
    expect(await isClosed(id)).toBe(false);
  });

  it('hears that it is closed when it says that it lives', async () => {
    await closeSilent(rig, other);
    await rig.replica.renew(undefined);
    expect(rig.replica.id).toBeUndefined();
  });

  it('does not lose what it has charged and is not posted yet', async () => {
    const accountId = await accountWith(rig, 50);
    const eventId = randomUUID();
    await charge(rig, await begun(rig, accountId, 20), 15, eventId);
    await begun(rig, accountId, 30);
    await closeSilent(rig, other);
    expect(await other.ledger.balance(accountId)).toMatchObject({ balance: 35, held: 0, available: 35 });
    expect(await call(other, accountId, 35)).toBe(35);
    expect((await ledgerOf(other, accountId)).slice(1)).toMatchObject([{ amount: -15, reference: eventId }, { amount: -35 }]);
    await other.sweeper.sweep();
    expect(await database.postgres.query('SELECT FROM mcp.credit_leases WHERE replica_id = $1', [rig.replica.id])).toEqual([]);
  });

  it('is closed after what it is just recording, which counts', async () => {
    const accountId = await accountWith(rig, 50);
    const running = await begun(rig, accountId, 20);
    const blocker = await blockAppends(database);
    const recording = charge(rig, running, 20);
    await eventually(async () => expect(await waitingForALock(database)).toBe(1));
    const closing = closeSilent(rig, other);
    await eventually(async () => expect(await waitingForALock(database)).toBe(2));
    await blocker.release();
    await closing;
    expect(await recording).toMatchObject({ charged: 20 });
    expect(await other.ledger.balance(accountId)).toMatchObject({ balance: 30, held: 0 });
    expect(await other.audit.audit()).toMatchObject({ differenceCount: 0 });
  });

  it('is closed after what it is just leasing, which is released', async () => {
    const accountId = await accountWith(rig, 50);
    await rig.replica.open();
    const blocker = await lockAccount(database, accountId);
    const leasing = reserve(rig, accountId, 20);
    await eventually(async () => expect(await waitingForALock(database)).toBe(1));
    const closing = closeSilent(rig, other);
    await eventually(async () => expect(await waitingForALock(database)).toBe(2));
    await blocker.release();
    await Promise.all([leasing, closing]);
    expect(await heldOf(rig, accountId)).toBe(0);
  });
});

describe('What is written under the id of a replica', () => {
  const written = (batch: { replicaId: number; number: number }) => {
    const event = anEvent();
    return { event, appending: rig.outbox.append(batch, [{ event }]) };
  };

  it('is refused once it is closed', async () => {
    const accountId = await accountWith(rig, 50);
    const batch = { replicaId: await rig.replica.open(), number: 1 };
    await closeSilent(rig, other);
    const { event, appending } = written(batch);
    expect(await appending).toBeUndefined();
    expect(await eventOf(event.id)).toEqual([]);
    expect(await rig.leasesRepository.settle(batch, [{ accountId, needed: 0 }])).toBeUndefined();
    const request = { accountId, spare: 0, usual: 1, callBack: true, amounts: [1] };
    expect(await rig.leasesRepository.lease(batch, [request], {})).toBe('replica closed');
    expect(await heldOf(rig, accountId)).toBe(0);
    const [row] = await database.postgres.query('SELECT last_batch AS last FROM mcp.replicas WHERE id = $1', [batch.replicaId]);
    expect(row).toEqual({ last: '0' });
  });

  it('is done once for a batch that is sent twice, and refused for an older batch', async () => {
    const replicaId = await rig.replica.open();
    const first = { event: anEvent() };
    expect(await rig.outbox.append({ replicaId, number: 2 }, [first])).toEqual(new Map());
    for (const number of [2, 1]) expect(await rig.outbox.append({ replicaId, number }, [first])).toBeUndefined();
    expect(await eventOf(first.event.id)).toHaveLength(1);
  });

  it('gives nothing back for an older batch, since calls may have reserved it again', async () => {
    const accountId = await accountWith(rig, 50);
    await begun(rig, accountId, 20);
    const { replicaId, number } = await rig.replica.nextBatch();
    await written({ replicaId, number: number + 1 }).appending;
    expect(await rig.leasesRepository.settle({ replicaId, number }, [{ accountId, needed: 0 }])).toBeUndefined();
    expect(await heldOf(rig, accountId)).toBe(20);
  });

  it('leases nothing when it was sent before what is settled already', async () => {
    const accountId = await accountWith(rig, 50);
    const before = await rig.replica.currentBatch();
    await begun(rig, accountId, 20);
    await rig.leases.settle(rig.leases.held);
    const request = { accountId, spare: 0, usual: 1, callBack: true, amounts: [1] };
    expect(await rig.leasesRepository.lease(before, [request], {})).toBe('settled meanwhile');
    expect(await heldOf(rig, accountId)).toBe(20);
  });
});

describe('What a replica brings that was closed while it stood still', () => {
  /** Calls of so many credits that run while their replica is closed. */
  async function paused(accountId: number, amounts: number[]) {
    const running = [];
    for (const amount of amounts) running.push(await begun(rig, accountId, amount));
    await closeSilent(rig, other);
    return running;
  }

  it('is charged all the same when its account still has the credits', async () => {
    const accountId = await accountWith(rig, 50);
    const [running] = await paused(accountId, [20]);
    expect(await call(other, accountId, 15)).toBe(15);
    const eventId = randomUUID();
    expect(await charge(rig, running!, 20, eventId)).toEqual({ charged: 20, remaining: 15 });
    expect(await eventOf(eventId)).toMatchObject([{ credits_charged: 20, error_code: '' }]);
    expect(await other.ledger.balance(accountId)).toMatchObject({ balance: 15, held: 0 });
  });

  it.each([
    ['as far as the account has them, when others have spent some of its credits', 45, 5],
    ['nothing when others have spent all of them', 50, 0],
  ])('is charged %s; its event and the audit say so', async (_, spent, charged) => {
    const accountId = await accountWith(rig, 50);
    const { uncharged } = (await other.audit.audit()).totals;
    const [running] = await paused(accountId, [20]);
    expect(await call(other, accountId, spent)).toBe(spent);
    const eventId = randomUUID();
    expect(await charge(rig, running!, 20, eventId)).toMatchObject({ charged });
    expect(await eventOf(eventId)).toMatchObject([{ credits_charged: charged, error_code: 'LEASE_EXPIRED', credits_cost: 20 }]);
    expect(await other.ledger.balance(accountId)).toMatchObject({ balance: 0, held: 0 });
    await other.posting.post();
    expect((await other.audit.audit()).totals.uncharged).toBe(uncharged + 20 - charged);
  });

  it('of many calls is charged until nothing is left', async () => {
    const accountId = await accountWith(rig, 50);
    const running = await paused(accountId, Array<number>(10).fill(5));
    expect(await call(other, accountId, 18)).toBe(18);
    const charges = await Promise.all(running.map((each) => charge(rig, each, 5)));
    expect(charges.map(({ charged }) => charged)).toEqual([5, 5, 5, 5, 5, 5, 2, 0, 0, 0]);
    expect(await other.ledger.balance(accountId)).toMatchObject({ balance: 0, held: 0 });
  });

  it('is charged nothing of an account that was switched off meanwhile', async () => {
    const accountId = await accountWith(rig, 50);
    const [running] = await paused(accountId, [20]);
    await database.postgres.query('UPDATE mcp.user_accounts SET is_active = false WHERE id = $1', [accountId]);
    expect(await charge(rig, running!, 20)).toMatchObject({ charged: 0 });
    expect(await other.ledger.balance(accountId)).toMatchObject({ balance: 50, held: 0 });
  });

  it('stays as it is when it was to be charged nothing', async () => {
    const accountId = await accountWith(rig, 50);
    const [running] = await paused(accountId, [20]);
    expect(await call(other, accountId, 50)).toBe(50);
    const eventId = randomUUID();
    expect(await charge(rig, running!, 0, eventId)).toMatchObject({ charged: 0 });
    expect(await eventOf(eventId)).toMatchObject([{ credits_charged: 0, error_code: '' }]);
  });

  it('takes what others have leased ahead of need, before it is said to be too little', async () => {
    const accountId = await accountWith(rig, 64_000);
    other.upkeep.onApplicationBootstrap();
    await eventually(() => expect(other.postgres.isListening).toBe(true));
    const [running] = await paused(accountId, [60_000]);
    await call(other, accountId, 10);
    expect(await heldOf(other, accountId)).toBeGreaterThan(900);
    await call(other, accountId, 63_990 - 60_000);
    expect(await charge(rig, running!, 60_000)).toMatchObject({ charged: 60_000 });
    await other.upkeep.close();
  });

  it('is followed by calls as before, under another id', async () => {
    const accountId = await accountWith(rig, 50);
    const before = rig.replica.id;
    const [running] = await paused(accountId, [20]);
    await charge(rig, running!, 20);
    expect(await call(rig, accountId, 30)).toBe(30);
    expect(rig.replica.id).not.toBe(before);
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 0, held: 0 });
  });
});
