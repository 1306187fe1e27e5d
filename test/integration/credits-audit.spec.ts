import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CallCharge } from '../../src/credits/leases/call-charge.js';
import type { Postgres } from '../../src/database/postgres.js';
import { CreditAuditRepository } from '../../src/credits/credit-audit.repository.js';
import { anEvent } from '../support/databases/usage-rig.js';
import { begun, call, creditRig, openAccount, type CreditRig } from '../support/databases/credit-rig.js';
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
    await begun(rig, accountId, 7);
    await rig.posting.post();
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
      totals: { balance: 92, ledger: 92, held: 7, openHolds: 7, captured: 8, usage: 8, unposted: 0, uncharged: 0 },
      differenceCount: 0,
      differences: [],
    });
  });

  it('says what is charged and not posted yet, of what is held for it', async () => {
    await call(rig, accountId, 4);
    const { totals, differenceCount } = await rig.audit.audit();
    expect({ totals, differenceCount }).toMatchObject({ totals: { balance: 92, held: 11, unposted: 4 }, differenceCount: 0 });
  });

  it('names a lease that holds less than is charged to it', async () => {
    await call(rig, accountId, 4);
    await tamper(
      `UPDATE mcp.credit_leases SET amount = 3; UPDATE mcp.user_accounts SET credits_held = 3 WHERE id = ${accountId}`,
    );
    expect(await differences()).toEqual([{ accountId, check: 'leases', expected: 0, actual: 1 }]);
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
    await tamper('UPDATE mcp.credit_charges SET amount = 1, allocation_amount = 1, balance_after = 49 WHERE amount = 5');
    expect(await differences()).toEqual([
      { accountId, check: 'allocation', expected: 46, actual: 42 },
      { accountId, check: 'balance', expected: 46, actual: 42 },
      { accountId, check: 'chain', expected: 0, actual: 1 },
      { accountId, check: 'total_credits_used', expected: 4, actual: 8 },
    ]);
  });

  it('names a ledger row that is missing', async () => {
    await tamper('DELETE FROM mcp.credit_charges WHERE amount = 3');
    expect(await differences()).toEqual([
      { accountId, check: 'allocation', expected: 45, actual: 42 },
      { accountId, check: 'balance', expected: 45, actual: 42 },
      { accountId, check: 'total_credits_used', expected: 5, actual: 8 },
    ]);
  });

  it('names a lease that is missing, and a hold of the first edition too many', async () => {
    await tamper('DELETE FROM mcp.credit_leases');
    expect(await differences()).toEqual([{ accountId, check: 'held', expected: 0, actual: 7 }]);
    await tamper(`INSERT INTO mcp.credit_holds (id, account_id, amount, expires_at, created_at)
      VALUES (gen_random_uuid(), ${accountId}, 8, now(), now())`);
    expect(await differences()).toEqual([{ accountId, check: 'held', expected: 8, actual: 7 }]);
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
      const leased = new CallCharge(rig.leases, await begun(rig, accountId, price), price);
      await rig.recorder.record(anEvent({ created_at: new Date(createdAt) }), { charge: leased });
      leased.recorded();
    };
    await at('2026-02-28T23:59:59.999Z', 2);
    await at('2026-03-01T00:00:00.000Z', 3);
    await rig.posting.post();
    await at('2026-03-01T23:59:59.999Z', 4);
    await at('2026-03-02T00:00:00.000Z', 5);
    expect(await rig.audit.chargedByDay(new Date('2026-02-28'), new Date('2026-03-02'))).toEqual([
      { day: '2026-02-28', calls: 1, credits: 2 },
      { day: '2026-03-01', calls: 2, credits: 7 },
    ]);
  });
});
