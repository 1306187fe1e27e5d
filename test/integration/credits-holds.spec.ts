import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { accountWith, call, creditRig, reserve, setLedgerTime, type CreditRig } from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

describe('Holds that replicas of the first edition have made', () => {
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
    const [row] = await rig.postgres.query<{ is_granted: boolean }>(
      'SELECT is_granted FROM mcp.reserve_credits(ARRAY[$1::uuid], ARRAY[$2::bigint], ARRAY[$3::bigint], ARRAY[$4::int], $5)',
      [eventId, accountId, amount, holdMs, '{}'],
    );
    expect(row).toEqual({ is_granted: true });
    return eventId;
  };
  const settle = async (eventId: string, accountId: number, charged: number) => {
    const [row] = await rig.postgres.query<object>(
      `SELECT charged::int, is_expired AS expired
       FROM mcp.settle_credits(ARRAY[$1::uuid], ARRAY[$2::bigint], ARRAY[$3::bigint], ARRAY[now()], ARRAY[$4])`,
      [eventId, accountId, charged, JSON.stringify({ id: eventId, credits_charged: charged })],
    );
    return row;
  };

  it('are held beside leases, and settled by those replicas', async () => {
    const accountId = await accountWith(rig, 50);
    const eventId = await hold(accountId, 20, 60_000);
    expect(await reserve(rig, accountId, 31)).toEqual({ available: 30 });
    expect(await call(rig, accountId, 10)).toBe(10);
    expect(await settle(eventId, accountId, 20)).toEqual({ charged: 20, expired: false });
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 20, held: 0 });
    expect(await rig.audit.audit()).toMatchObject({ totals: { captured: 20, unposted: 10 } });
  });

  it('are released when their time is over by the database’s clock, and not before', async () => {
    const accountId = await accountWith(rig, 50);
    const eventId = await hold(accountId, 20, 60_000);
    expect(await rig.sweeper.sweep()).toMatchObject({ expired: 0 });
    await setLedgerTime(rig, '2026-11-14T12:01:30Z');
    expect(await rig.sweeper.sweep()).toMatchObject({ expired: 1 });
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 50, held: 0 });
    expect(await settle(eventId, accountId, 20)).toEqual({ charged: 0, expired: true });
  });
});
