import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import {
  accountWith,
  call,
  creditRig,
  HOLD_MS,
  ledgerOf,
  openAccount,
  outboxOf,
  settlement,
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

  const reserve = async (accountId: number, amount: number, eventId: string = randomUUID()) => ({
    eventId,
    ...(await rig.ledger.reserve({ eventId, accountId, amount, holdMs: HOLD_MS })),
  });
  const eventsOf = async (eventId: string) => (await outboxOf(rig)).filter(({ id }) => id === eventId);

  it('are held while it runs and charged when it ends, with its usage event', async () => {
    const accountId = await openAccount(rig);
    const { eventId, ...reservation } = await reserve(accountId, 3);
    expect(reservation).toEqual({ granted: true, remaining: 47 });
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 50, held: 3, available: 47 });
    expect(await rig.ledger.settle(settlement(eventId, accountId, 3))).toEqual({ charged: 3, remaining: 47 });
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 47, held: 0, available: 47, allocation: 47 });
    expect((await ledgerOf(rig, accountId)).at(-1)).toMatchObject({
      type: 'usage',
      amount: -3,
      before: 50,
      after: 47,
      reference: eventId,
    });
    expect(await eventsOf(eventId)).toMatchObject([{ credits_charged: 3 }]);
  });

  it('come back when it is charged nothing, and its event is recorded', async () => {
    const accountId = await openAccount(rig);
    const { eventId } = await reserve(accountId, 50);
    expect(await rig.ledger.settle(settlement(eventId, accountId, 0))).toEqual({ charged: 0, remaining: 50 });
    expect(await ledgerOf(rig, accountId)).toHaveLength(1);
    expect(await eventsOf(eventId)).toHaveLength(1);
  });

  it('may be fewer than were held', async () => {
    const accountId = await openAccount(rig);
    const { eventId } = await reserve(accountId, 10);
    expect(await rig.ledger.settle(settlement(eventId, accountId, 4))).toEqual({ charged: 4, remaining: 46 });
  });

  it('are never more than were held: that settlement fails alone', async () => {
    const accountId = await openAccount(rig);
    const held = await Promise.all([reserve(accountId, 5), reserve(accountId, 5), reserve(accountId, 5)]);
    const charges = [5, 6, 5];
    const results = await Promise.allSettled(
      held.map(({ eventId }, i) => rig.ledger.settle(settlement(eventId, accountId, charges[i]!))),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 40, held: 5 });
  });

  it('are refused when too few are left, with the number that is', async () => {
    const accountId = await openAccount(rig);
    await reserve(accountId, 40);
    expect(await reserve(accountId, 11)).toMatchObject({ granted: false, available: 10 });
    expect(await reserve(accountId, 10)).toMatchObject({ granted: true, remaining: 0 });
    expect(await reserve(accountId, 0)).toMatchObject({ granted: true, remaining: 0 });
  });

  it('come from the allocation first, then from purchased ones', async () => {
    const accountId = await accountWith(rig, 60);
    const held = await Promise.all([20, 20, 15].map((amount) => reserve(accountId, amount)));
    await Promise.all(held.map(({ eventId }, i) => rig.ledger.settle(settlement(eventId, accountId, [20, 20, 15][i]!))));
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 5, allocation: 0, purchased: 5 });
    expect((await ledgerOf(rig, accountId)).slice(2)).toMatchObject([
      { amount: -20, before: 60, after: 40, allocation: -20, purchased: 0 },
      { amount: -20, before: 40, after: 20, allocation: -20, purchased: 0 },
      { amount: -15, before: 20, after: 5, allocation: -10, purchased: -5 },
    ]);
  });

  it('of a switched-off or unknown account are refused as such', async () => {
    const accountId = await openAccount(rig);
    await database.dataSource.query('UPDATE mcp.user_accounts SET is_active = false WHERE id = $1', [accountId]);
    expect(await reserve(accountId, 1)).toMatchObject({ granted: false, inactive: true });
    expect(await reserve(999_999, 1)).toMatchObject({ granted: false, inactive: true, available: 0 });
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 50, held: 0, isActive: false });
  });

  it('of a cheap call behind a refused dear one are granted, in one batch', async () => {
    const accountId = await openAccount(rig);
    const other = await openAccount(rig);
    const first = reserve(other, 1); // in flight, so that the next ones share a statement
    const prices = [30, 30, 15, 6, 5, 1];
    const granted = (await Promise.all(prices.map((price) => reserve(accountId, price)))).map((one) => one.granted);
    await first;
    expect(granted).toEqual([true, false, true, false, true, false]);
  });

  it('settled twice, also at once, are charged once, recorded once, and told the same', async () => {
    const accountId = await openAccount(rig);
    const { eventId } = await reserve(accountId, 7);
    await call(rig, accountId, 1);
    const other = await reserve(accountId, 1);
    const request = settlement(eventId, accountId, 7);
    const inFlight = rig.ledger.settle(settlement(other.eventId, accountId, 0)); // so that the next ones share a statement
    const first = await Promise.all([
      rig.ledger.settle(request),
      rig.ledger.settle(request),
      creditRig(database.postgres).ledger.settle(request),
    ]);
    await inFlight;
    await call(rig, accountId, 1);
    const later = await rig.ledger.settle({ ...request, charge: 0 });
    for (const result of [...first, later]) expect(result).toEqual({ charged: 7, remaining: 42 });
    expect((await ledgerOf(rig, accountId)).filter(({ reference }) => reference === eventId)).toHaveLength(1);
    expect(await eventsOf(eventId)).toHaveLength(1);
  });

  it('released twice in one batch are recorded once', async () => {
    const accountId = await openAccount(rig);
    const [{ eventId }, other] = [await reserve(accountId, 0), await reserve(accountId, 1)];
    const release = () => rig.ledger.settle(settlement(eventId, accountId, 0));
    const inFlight = rig.ledger.settle(settlement(other.eventId, accountId, 0)); // so that the next ones share a statement
    expect(await Promise.all([release(), release()])).toEqual(Array(2).fill({ charged: 0, remaining: 50 }));
    await inFlight;
    expect(await eventsOf(eventId)).toHaveLength(1);
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 50, held: 0 });
  });

  it('reserved twice under one id are held once; the second is refused as an error', async () => {
    const accountId = await openAccount(rig);
    const { eventId } = await reserve(accountId, 5);
    await expect(reserve(accountId, 5, eventId)).rejects.toMatchObject({ code: '23505' });
    expect(await rig.ledger.balance(accountId)).toMatchObject({ held: 5 });
  });

  it("are not settled without a reservation, nor with somebody else's", async () => {
    const [accountId, other] = [await openAccount(rig), await openAccount(rig)];
    const { eventId } = await reserve(accountId, 5);
    await expect(rig.ledger.settle(settlement(randomUUID(), accountId, 5))).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    await expect(rig.ledger.settle(settlement(eventId, other, 5))).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    expect(await rig.ledger.balance(accountId)).toMatchObject({ held: 5 });
  });

  it('with an event that is no line of text are not settled, and no other is', async () => {
    const accountId = await openAccount(rig);
    const held = await Promise.all([reserve(accountId, 1), reserve(accountId, 1), reserve(accountId, 1)]);
    const results = await Promise.allSettled(
      held.map(({ eventId }, i) => {
        const request = settlement(eventId, accountId, 1);
        return rig.ledger.settle(i === 1 ? { ...request, usage: { ...request.usage, body: '{\n}' } } : request);
      }),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await eventsOf(held[2]!.eventId)).toHaveLength(1);
  });

  it("count in the account's totals", async () => {
    const accountId = await openAccount(rig);
    for (const price of [3, 4]) await call(rig, accountId, price);
    const { eventId } = await reserve(accountId, 5);
    await rig.ledger.settle(settlement(eventId, accountId, 0));
    const [row] = await database.dataSource.query('SELECT * FROM mcp.user_accounts WHERE id = $1', [accountId]);
    expect(row).toMatchObject({ total_tool_calls: '3', total_credits_used: '7', last_connected_at: expect.any(Date) });
  });
});
