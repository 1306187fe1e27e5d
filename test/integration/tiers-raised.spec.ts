import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  begun,
  call,
  charge,
  creditRig,
  ledgerOf,
  openAccount,
  setLedgerTime,
  type CreditRig,
} from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

jest.setTimeout(30_000);

describe('A tier that gives something else', () => {
  let database: TestDatabase;
  let rig: CreditRig;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  beforeEach(async () => {
    rig = creditRig(database.postgres);
    await setLedgerTime(rig, '2026-11-14T12:00:00Z');
  });
  afterEach(async () => {
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
    await database.dataSource.query('UPDATE mcp.user_accounts SET is_active = false'); // not of the next test
  });
  afterAll(() => database.drop());

  /** A rig of settings that say so, as an admin's override does. */
  const giving = (free: number) => creditRig(database.postgres, { free, pro: 500, enterprise: 5_000 });
  const raised = async (free: number) => (await giving(free).sweeper.sweep()).raised;
  const balanceOf = async (accountId: number, free = 50) => (await giving(free).ledger.balance(accountId)).balance;

  it('tops its accounts up at once when it is more, and no others', async () => {
    const [free, pro] = [await openAccount(rig), await openAccount(rig, 'pro')];
    await call(rig, free, 20);
    expect(await raised(80)).toBe(1);
    expect([await balanceOf(free, 80), await balanceOf(pro, 80)]).toEqual([60, 500]);
    expect(await ledgerOf(rig, free)).toContainEqual(expect.objectContaining({ type: 'tier_change', amount: 30 }));
    expect(await raised(80)).toBe(0);
  });

  it('takes nothing back when it is less, and gives less from next month', async () => {
    const accountId = await openAccount(rig);
    expect([await raised(10), await balanceOf(accountId, 10)]).toEqual([0, 50]);
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    expect(await balanceOf(accountId, 10)).toBe(10);
  });

  it('gives nothing twice when it goes down and up again', async () => {
    const accountId = await openAccount(rig);
    for (const free of [80, 10, 80, 50, 90]) await raised(free);
    expect(await balanceOf(accountId, 90)).toBe(90);
  });

  it('gives the new amount alone when a month begins meanwhile', async () => {
    const accountId = await openAccount(rig);
    await setLedgerTime(rig, '2026-12-01T00:00:01Z');
    expect(await raised(80)).toBe(0); // by its refill
    expect(await balanceOf(accountId, 80)).toBe(80);
  });

  it('tops up an account that was switched off once it is on again', async () => {
    const accountId = await openAccount(rig);
    const setActive = (to: boolean) =>
      database.dataSource.query('UPDATE mcp.user_accounts SET is_active = $2 WHERE id = $1', [accountId, to]);
    await setActive(false);
    expect(await raised(80)).toBe(0);
    await setActive(true);
    expect([await raised(80), await balanceOf(accountId, 80)]).toEqual([1, 80]);
  });

  it('reaches calls of a replica that holds all the credits there were', async () => {
    const accountId = await openAccount(rig);
    const reservation = await begun(rig, accountId, 50);
    expect(await call(rig, accountId, 10)).toBeUndefined();
    await raised(80);
    expect(await call(rig, accountId, 10)).toBe(10);
    await charge(rig, reservation, 50);
    await rig.posting.post();
    expect(await balanceOf(accountId, 80)).toBe(20);
  });

  it('is topped up once, however many replicas sweep at once', async () => {
    const accounts = await Promise.all(Array.from({ length: 30 }, () => openAccount(rig)));
    const sweeps = await Promise.all([raised(75), raised(75), raised(75), raised(75)]);
    expect(sweeps.reduce((sum, one) => sum + one, 0)).toBe(30);
    for (const accountId of accounts) expect(await balanceOf(accountId, 75)).toBe(75);
  });
});
