import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import {
  accountWith,
  begun,
  call,
  charge,
  creditRig,
  ledgerOf,
  openAccount,
  outboxOf,
  reserve,
  type CreditRig,
} from '../support/databases/credit-rig.js';

describe('Credits of a call', () => {
  let database: TestDatabase;
  let rig: CreditRig;

  beforeAll(async () => {
    database = await createTestDatabase();
    rig = creditRig(database.postgres);
  });
  afterAll(async () => {
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0, differences: [] });
    await database.drop();
  });

  const eventsOf = async (eventId: string) => (await outboxOf(rig)).filter(({ id }) => id === eventId);
  const balanceOf = (accountId: number) => rig.ledger.balance(accountId);

  it('are held while it runs and charged when it ends, with its usage event', async () => {
    const accountId = await openAccount(rig);
    const reservation = await begun(rig, accountId, 3);
    expect(await balanceOf(accountId)).toMatchObject({ balance: 50, held: 3, available: 47 });
    const eventId = randomUUID();
    expect(await charge(rig, reservation, 3, eventId)).toEqual({ charged: 3, remaining: 47 });
    expect(await balanceOf(accountId)).toMatchObject({ balance: 47, held: 0, available: 47, allocation: 47 });
    expect((await ledgerOf(rig, accountId)).at(-1)).toMatchObject({
      type: 'usage',
      amount: -3,
      before: 50,
      after: 47,
      reference: eventId,
    });
    expect(await eventsOf(eventId)).toMatchObject([{ credits_charged: 3 }]);
  });

  it('are in the balance as soon as the answer may leave, before they are posted', async () => {
    const accountId = await accountWith(rig, 60);
    await call(rig, accountId, 52);
    const [row] = await rig.postgres.query<object>(
      `SELECT a.balance::int, a.held::int, a.allocation::int, a.purchased::int, a.total_credits_used::int AS used, u.credits_balance::int AS posted
       FROM mcp.accounts a JOIN mcp.user_accounts u USING (id) WHERE id = $1`,
      [accountId],
    );
    expect(row).toEqual({ balance: 8, held: 0, allocation: 0, purchased: 8, used: 52, posted: 60 });
    expect(await balanceOf(accountId)).toMatchObject({ balance: 8, held: 0, available: 8, allocation: 0, purchased: 8 });
  });

  it('come back when it is charged nothing, and its event is recorded', async () => {
    const accountId = await openAccount(rig);
    const eventId = randomUUID();
    expect(await charge(rig, await begun(rig, accountId, 50), 0, eventId)).toEqual({ charged: 0, remaining: 50 });
    expect(await ledgerOf(rig, accountId)).toHaveLength(1);
    expect(await eventsOf(eventId)).toHaveLength(1);
  });

  it('may be fewer than were held', async () => {
    const accountId = await openAccount(rig);
    expect(await charge(rig, await begun(rig, accountId, 10), 4)).toEqual({ charged: 4, remaining: 46 });
  });

  it('are refused when too few are left, with the number that is', async () => {
    const accountId = await openAccount(rig);
    await begun(rig, accountId, 40);
    expect(await reserve(rig, accountId, 11)).toEqual({ available: 10 });
    await begun(rig, accountId, 10);
    expect(await reserve(rig, accountId, 1)).toEqual({ available: 0 });
  });

  it('that came back are spent before the account is asked for more', async () => {
    const accountId = await openAccount(rig);
    await charge(rig, await begun(rig, accountId, 30), 7);
    expect(await call(rig, accountId, 43)).toBe(43);
    expect(await balanceOf(accountId)).toMatchObject({ balance: 0, held: 0 });
  });

  it('come from the allocation first, then from purchased ones', async () => {
    const accountId = await accountWith(rig, 60);
    for (const price of [20, 20, 15]) await call(rig, accountId, price);
    expect(await balanceOf(accountId)).toMatchObject({ balance: 5, allocation: 0, purchased: 5 });
    expect((await ledgerOf(rig, accountId)).slice(2)).toMatchObject([
      { amount: -20, before: 60, after: 40, allocation: -20, purchased: 0 },
      { amount: -20, before: 40, after: 20, allocation: -20, purchased: 0 },
      { amount: -15, before: 20, after: 5, allocation: -10, purchased: -5 },
    ]);
  });

  it('of a switched-off or unknown account are refused as such', async () => {
    const accountId = await openAccount(rig);
    await database.dataSource.query('UPDATE mcp.user_accounts SET is_active = false WHERE id = $1', [accountId]);
    expect(await reserve(rig, accountId, 1)).toMatchObject({ inactive: true });
    expect(await reserve(rig, 999_999, 1)).toEqual({ inactive: true, available: 0 });
    expect(await balanceOf(accountId)).toMatchObject({ balance: 50, held: 0, isActive: false });
  });

  it('of a cheap call behind a refused dear one are granted, in one batch', async () => {
    const accountId = await openAccount(rig);
    const other = await openAccount(rig);
    const first = reserve(rig, other, 1); // in flight, so that the next ones share a statement
    const prices = [30, 30, 15, 6, 5, 1];
    const answers = await Promise.all(prices.map((price) => reserve(rig, accountId, price)));
    await first;
    expect(answers.map((answer) => 'amount' in answer)).toEqual([true, false, true, false, true, false]);
  });

  it('are leased ahead of need only of a rich account, and never much of it', async () => {
    const [rich, poor] = [await accountWith(rig, 64_000), await accountWith(rig, 600)];
    for (const accountId of [rich, poor]) await call(rig, accountId, 10);
    const leased = await rig.postgres.query<{ amount: number }>(
      'SELECT amount::int FROM mcp.credit_leases WHERE account_id = ANY ($1) ORDER BY account_id',
      [[rich, poor]],
    );
    expect(leased).toEqual([{ amount: 10 + Math.floor(63_990 / 64) }, { amount: 10 }]);
    const before = rig.recorder.recorded;
    expect(rig.leases.reserve(rich, 10)).toHaveProperty('amount', 10); // without a wait
    expect(rig.recorder.recorded).toBe(before);
  });

  it('that are leased ahead of need are shown as available, since they are', async () => {
    const accountId = await accountWith(rig, 64_000);
    expect((await charge(rig, await begun(rig, accountId, 10), 10)).remaining).toBe(63_990);
    expect(await balanceOf(accountId)).toMatchObject({ balance: 63_990, held: 0, available: 63_990 });
  });

  it('with an event that is no line of text are not charged, and no other is affected', async () => {
    const accountId = await openAccount(rig);
    const running = await Promise.all([1, 1, 1].map((price) => begun(rig, accountId, price)));
    const results = await Promise.allSettled(
      running.map((reservation, i) => charge(rig, reservation, 1, i === 1 ? 'no\nuuid' : randomUUID())),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await balanceOf(accountId)).toMatchObject({ balance: 48, held: 0, available: 48 });
  });

  it("count in the account's totals", async () => {
    const accountId = await openAccount(rig);
    for (const price of [3, 4]) await call(rig, accountId, price);
    await charge(rig, await begun(rig, accountId, 5), 0);
    await rig.posting.post();
    const [row] = await database.dataSource.query('SELECT * FROM mcp.user_accounts WHERE id = $1', [accountId]);
    expect(row).toMatchObject({ total_tool_calls: '3', total_credits_used: '7', last_connected_at: expect.any(Date) });
  });
});
