import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Postgres } from '../../src/database/postgres.js';
import { CreditAuditRepository } from '../../src/credits/credit-audit.repository.js';
import { call, creditRig, HOLD_MS, openAccount, settlement, type CreditRig } from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

describe('The audit', () => {
  let database: TestDatabase;
  let rig: CreditRig;
  let accountId: number;

  beforeEach(async () => {
    database = await createTestDatabase();
    rig = creditRig(database.postgres);
    accountId = await openAccount(rig);
    for (const price of [5, 3]) await call(rig, accountId, price);
    await rig.ledger.reserve({ eventId: randomUUID(), accountId, amount: 7, holdMs: HOLD_MS });
    await openAccount(rig);
  });
  afterEach(() => database.drop());

  /** As somebody with all rights could, past every trigger. */
  const tamper = (sql: string) =>
    database.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL session_replication_role = replica');
      await manager.query(sql);
    });
  let statements = 0;
  const repository = () => {
    const query = (sql: string, parameters: unknown[]) => {
      statements += 1;
      return database.dataSource.query(sql, parameters);
    };
    return new CreditAuditRepository({ query } as unknown as Postgres);
  };
  const differences = async () => (await rig.audit.audit()).differences;

  it('of untouched books finds no difference and says what they come to', async () => {
    expect(await rig.audit.audit()).toEqual({
      accounts: 2,
      totals: { balance: 92, ledger: 92, held: 7, openHolds: 7, captured: 8, usage: 8 },
      differenceCount: 0,
      differences: [],
    });
  });

  it('names the exact difference of a balance that was changed', async () => {
    await tamper(
      `UPDATE mcp.user_accounts SET credits_balance = credits_balance + 4, credits_purchased = 4 WHERE id = ${accountId}`,
    );
    expect(await differences()).toEqual([
      { accountId, check: 'balance', expected: 42, actual: 46 },
      { accountId, check: 'purchased', expected: 0, actual: 4 },
    ]);
  });

  it('names a debt that the ledger does not come to', async () => {
    await tamper(`UPDATE mcp.user_accounts SET credits_debt = 9 WHERE id = ${accountId}`);
    expect(await differences()).toEqual([{ accountId, check: 'debt', expected: 0, actual: 9 }]);
  });

  it('names a ledger row that was changed', async () => {
    await tamper(
      `UPDATE mcp.user_credit_transactions SET amount = -1, allocation_amount = -1, balance_after = balance_before - 1 WHERE amount = -5`,
    );
    expect(await differences()).toEqual([
      { accountId, check: 'allocation', expected: 46, actual: 42 },
      { accountId, check: 'balance', expected: 46, actual: 42 },
      { accountId, check: 'captured', expected: 4, actual: 8 },
      { accountId, check: 'chain', expected: 0, actual: 1 },
      { accountId, check: 'total_credits_used', expected: 4, actual: 8 },
      { accountId, check: 'unmatched', expected: 0, actual: 2 },
    ]);
  });

  it('names a ledger row that is missing', async () => {
    await tamper('DELETE FROM mcp.user_credit_transactions WHERE amount = -3');
    expect(await differences()).toEqual(
      expect.arrayContaining([
        { accountId, check: 'balance', expected: 45, actual: 42 },
        { accountId, check: 'unmatched', expected: 0, actual: 1 },
      ]),
    );
  });

  it('names a hold that is missing, and one too many', async () => {
    await tamper(`DELETE FROM mcp.credit_holds WHERE state = 'open'`);
    expect(await differences()).toEqual([{ accountId, check: 'held', expected: 0, actual: 7 }]);
    await tamper(`UPDATE mcp.credit_holds SET state = 'open', charged = NULL WHERE amount = 5`);
    expect(await differences()).toEqual([
      { accountId, check: 'captured', expected: 8, actual: 3 },
      { accountId, check: 'held', expected: 5, actual: 7 },
      { accountId, check: 'unmatched', expected: 0, actual: 1 },
    ]);
  });

  it('says the same however the accounts are sliced, and reads a slice a statement', async () => {
    const others = [await openAccount(rig), await openAccount(rig)];
    for (const other of others) await call(rig, other, 4);
    await tamper(`UPDATE mcp.user_accounts SET total_credits_used = total_credits_used + id WHERE id >= ${accountId}`);
    const inOne = await repository().audit();
    expect(inOne.differences.map((difference) => difference.accountId)).toEqual([accountId, accountId + 1, ...others]);
    statements = 0;
    expect(await repository().audit(1)).toEqual(inOne);
    expect(statements).toBe(1 + inOne.accounts);
  });

  it('counts every difference and lists the first thousand', async () => {
    await tamper(`INSERT INTO mcp.user_accounts (user_id, user_email, mcp_key_prefix, credits_balance, credits_purchased, credits_tier,
        credits_monthly_allocation, credits_last_refill)
      SELECT gen_random_uuid(), 'nobody@example.com', 'sk', 1, 1, 'free', 0, now() FROM generate_series(1, 600)`);
    const { differenceCount, differences: listed } = await repository().audit(100);
    expect(differenceCount).toBe(1_200);
    expect(listed).toHaveLength(1_000);
    expect(listed[999]).toMatchObject({ check: 'purchased', accountId: accountId + 1 + 500 });
  });

  it('adds up what calls were charged by the day they were admitted', async () => {
    const at = async (createdAt: string, price: number) => {
      const eventId = randomUUID();
      await rig.ledger.reserve({ eventId, accountId, amount: price, holdMs: HOLD_MS });
      await rig.ledger.settle({ ...settlement(eventId, accountId, price), usage: { createdAt, body: '{}' } });
    };
    await at('2026-02-28T23:59:59.999Z', 2);
    await at('2026-03-01T00:00:00.000Z', 3);
    await at('2026-03-01T23:59:59.999Z', 4);
    await at('2026-03-02T00:00:00.000Z', 5);
    expect(await rig.audit.chargedByDay(new Date('2026-02-28'), new Date('2026-03-02'))).toEqual([
      { day: '2026-02-28', calls: 1, credits: 2 },
      { day: '2026-03-01', calls: 2, credits: 7 },
    ]);
  });
});
