import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import {
  accountWith,
  begun,
  call,
  charge,
  creditReplicas,
  creditRig,
  heldOf,
  ledgerOf,
  lockAccount,
  openAccount,
  setLedgerTime,
  waitingForALock,
  type CreditRig,
} from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

jest.setTimeout(30_000);

describe('The monthly refill', () => {
  let database: TestDatabase;
  let rig: CreditRig;

  beforeAll(async () => {
    database = await createTestDatabase();
    rig = creditRig(database.postgres);
  });
  beforeEach(() => setLedgerTime(rig, '2026-11-14T12:00:00Z'));
  afterEach(async () => {
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
    await database.dataSource.query('UPDATE mcp.user_accounts SET is_active = false'); // no longer due for the next test
  });
  afterAll(() => database.drop());

  const entriesSince = async (accountId: number, count: number) =>
    (await ledgerOf(rig, accountId)).slice(count).map(({ type, amount, before, after }) => [type, amount, before, after]);

  it('lets what is left of the old allocation expire and gives the new one; purchased credits stay', async () => {
    const accountId = await accountWith(rig, 80);
    await call(rig, accountId, 20);
    await rig.posting.post();
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    expect(await rig.ledger.balance(accountId)).toMatchObject({
      balance: 80,
      allocation: 50,
      purchased: 30,
      daysUntilRefill: 31,
    });
    expect(await entriesSince(accountId, 3)).toEqual([
      ['allocation_expired', -30, 60, 30],
      ['monthly_refill', 50, 30, 80],
    ]);
  });

  it('comes before a call is refused for lack of credits', async () => {
    const accountId = await openAccount(rig);
    await call(rig, accountId, 50);
    expect(await call(rig, accountId, 1)).toBeUndefined();
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    expect(await call(rig, accountId, 50)).toBe(50);
  });

  const isDecember = async () => {
    const [row] = await database.dataSource.query("SELECT mcp.ledger_time() >= '2026-12-01T00:00:00Z' AS yes");
    return row.yes as boolean;
  };

  it.each([
    ['2026-11-30T23:59:58Z', '2026-12-01T00:00:00Z', true],
    ['2026-12-31T23:59:58Z', '2027-01-01T00:00:00Z', true],
    ['2027-02-28T23:59:50Z', '2027-03-01T00:00:00Z', true],
    ['2028-02-28T23:59:50Z', '2028-02-29T00:00:00Z', false],
    ['2028-02-29T23:59:50Z', '2028-03-01T00:00:00Z', true],
    ['2026-10-25T00:30:00Z', '2026-10-25T23:30:00Z', false],
  ])('opened at %s, at %s: due is %s', async (opened, at, due) => {
    await setLedgerTime(rig, opened);
    const accountId = await openAccount(rig);
    expect(await rig.sweeper.sweep()).toMatchObject({ refilled: 0 });
    await setLedgerTime(rig, at);
    expect(await rig.sweeper.sweep()).toMatchObject({ refilled: due ? 1 : 0 });
    expect(await entriesSince(accountId, 1)).toHaveLength(due ? 2 : 0);
  });

  it('happens once at a month’s end that five replicas meet with calls, questions and sweeps', async () => {
    await setLedgerTime(rig, '2026-11-30T23:59:59.500Z');
    const accountIds = [await openAccount(rig), await openAccount(rig), await openAccount(rig)];
    const { rigs, close } = await creditReplicas(database.url, 5);
    const isRefilled = async () => {
      const [row] = await database.dataSource.query(
        "SELECT count(*) FROM mcp.credit_periods WHERE period = '2026-12-01' AND account_id = ANY ($1)",
        [accountIds],
      );
      return Number(row.count) === accountIds.length;
    };
    let isOver = false;
    const meet = async (replica: CreditRig) => {
      while (!isOver) {
        await Promise.all(accountIds.map((accountId) => call(replica, accountId, 0)));
        await Promise.all([replica.sweeper.sweep(), replica.ledger.balance(accountIds[0]!)]);
      }
    };
    const meeting = rigs.map(meet);
    await eventually(async () => expect(await isRefilled()).toBe(true));
    isOver = true;
    await Promise.all(meeting);
    await close();
    for (const accountId of accountIds) {
      expect(await entriesSince(accountId, 1)).toEqual([
        ['allocation_expired', -50, 50, 0],
        ['monthly_refill', 50, 0, 50],
      ]);
    }
  });

  it('happens once with leases open on five gateways: what they hold belongs to the month before, and goes on', async () => {
    await setLedgerTime(rig, '2026-11-30T23:58:00Z');
    const accountId = await openAccount(rig, 'enterprise');
    const { rigs, close } = await creditReplicas(database.url, 5);
    const running = [];
    for (const replica of rigs) running.push({ replica, reservation: await begun(replica, accountId, 10) });
    const held = await heldOf(rig, accountId);
    expect(held).toBeGreaterThan(5 * 70);
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    await Promise.all([
      ...running.map(({ replica, reservation }) => charge(replica, reservation, 10)),
      ...rigs.map((replica) => call(replica, accountId, 10)),
      ...rigs.flatMap((replica) => [replica.sweeper.sweep(), replica.ledger.balance(accountId)]),
    ]);
    for (const { leases } of rigs) await leases.settle(leases.held);
    await close();
    const [opened, expired, refill, ...calls] = (await ledgerOf(rig, accountId)).map(({ type, amount }) => [type, amount]);
    expect([opened, expired, refill]).toEqual([
      ['monthly_refill', 5_000],
      ['allocation_expired', expect.any(Number)],
      ['monthly_refill', 5_000],
    ]);
    // What a gateway gave back before one of them refilled has expired with the rest.
    const goneOn = 5_000 + (expired![1] as number);
    expect(goneOn).toBeGreaterThanOrEqual(5 * 10);
    expect(goneOn).toBeLessThanOrEqual(held);
    expect(calls).toEqual(Array<unknown>(10).fill(['usage', -10]));
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 4_900 + goneOn, held: 0, purchased: 0 });
  });

  it.each([
    ['2026-11-30T23:58:30Z', 77],
    ['2026-11-30T23:59:01Z', 0],
  ])('is not met with anything leased ahead of need: at %s that is %d', async (at, ahead) => {
    await setLedgerTime(rig, at);
    const accountId = await openAccount(rig, 'enterprise');
    await call(rig, accountId, 10);
    expect(await heldOf(rig, accountId)).toBe(ahead);
  });

  it('of months nobody was there is not made up for', async () => {
    const accountId = await openAccount(rig);
    await setLedgerTime(rig, '2027-04-15T12:00:00Z');
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 50, daysUntilRefill: 16 });
    expect(await entriesSince(accountId, 1)).toHaveLength(2);
  });

  it('is not taken back or repeated when the database’s clock is set back', async () => {
    const accountId = await openAccount(rig);
    for (const at of ['2026-12-01T00:00:01Z', '2026-11-30T23:59:00Z', '2026-12-01T00:00:01Z']) {
      await setLedgerTime(rig, at);
      await rig.ledger.balance(accountId);
    }
    expect(await entriesSince(accountId, 1)).toHaveLength(2);
  });

  it('is that of the new month for whoever waited for the account over midnight', async () => {
    await setLedgerTime(rig, '2026-10-14T12:00:00Z');
    const accountId = await openAccount(rig);
    await setLedgerTime(rig, '2026-11-30T23:59:59Z');
    const blocker = await lockAccount(database, accountId);
    const asking = rig.ledger.balance(accountId);
    await eventually(async () => expect(await waitingForALock(database)).toBe(1));
    await eventually(async () => expect(await isDecember()).toBe(true));
    await blocker.release();
    await asking;
    const periods = await database.dataSource.query<{ period: string }[]>(
      'SELECT period::text FROM mcp.credit_periods WHERE account_id = $1 ORDER BY period',
      [accountId],
    );
    expect(periods.map(({ period }) => period)).toEqual(['2026-10-01', '2026-12-01']);
  });

  it('leaves credits that calls under way hold: they are charged to the month they were reserved in', async () => {
    const accountId = await openAccount(rig);
    const running = await begun(rig, accountId, 10);
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 60, held: 10, available: 50 });
    expect(await charge(rig, running, 10)).toMatchObject({ charged: 10 });
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 50, held: 0, allocation: 50 });
  });

  it('into a smaller tier is possible while calls hold more than it gives', async () => {
    const accountId = await openAccount(rig, 'pro');
    await begun(rig, accountId, 400);
    await rig.ledger.changeTier({ accountId, tier: 'free', by: 'test' });
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 450, held: 400, available: 50 });
  });

  it('gives what the tier is configured to give by then', async () => {
    const accountId = await openAccount(rig);
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    const { ledger } = creditRig(database.postgres, { free: 80 });
    expect(await ledger.balance(accountId)).toMatchObject({ balance: 80, monthlyAllocation: 80 });
  });

  it('keeps what an account had when its tier is configured no longer', async () => {
    const accountId = await openAccount(rig, 'pro');
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    const { ledger } = creditRig(database.postgres, { free: 80 });
    expect(await ledger.balance(accountId)).toMatchObject({ balance: 500, tier: 'pro' });
  });

  it('waits for a switched-off account until it is on again', async () => {
    const accountId = await openAccount(rig);
    const setActive = (isActive: boolean) =>
      database.dataSource.query('UPDATE mcp.user_accounts SET is_active = $2 WHERE id = $1', [accountId, isActive]);
    await setActive(false);
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    expect(await rig.sweeper.sweep()).toMatchObject({ refilled: 0 });
    await setActive(true);
    expect(await rig.sweeper.sweep()).toMatchObject({ refilled: 1 });
  });

  it('reaches many accounts in one sweep', async () => {
    const accountIds = [];
    for (let count = 0; count < 450; count += 1) accountIds.push(await openAccount(rig));
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    expect(await rig.sweeper.sweep()).toMatchObject({ refilled: 450 });
  });
});
