import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  begun,
  call,
  creditReplicas,
  creditRig,
  ledgerOf,
  openAccount,
  type CreditRig,
} from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

describe('An account’s books', () => {
  let database: TestDatabase;
  let rig: CreditRig;

  beforeAll(async () => {
    database = await createTestDatabase();
    rig = creditRig(database.postgres);
  });
  afterAll(async () => {
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
    await database.drop();
  });

  const grant = (accountId: number, amount: number, id?: string, replica = rig) =>
    replica.ledger.grant({
      accountId,
      amount,
      reason: 'Thanks',
      by: 'ops@example.com',
      ...(id && { reference: { type: 'order', id } }),
    });

  describe('open', () => {
    const userOf = async (accountId: number) =>
      (await database.dataSource.query('SELECT * FROM mcp.user_accounts WHERE id = $1', [accountId]))[0];
    const open = (user: { user_id: string; mcp_key_id: string }, replica = rig) =>
      replica.postgres.transaction((tx) =>
        replica.ledger.open(tx, {
          userId: user.user_id,
          email: 'a@b',
          displayName: 'A',
          keyId: user.mcp_key_id,
          keyPrefix: 'mcp_',
        }),
      );

    it('with the allocation of their tier, as its first entry', async () => {
      const accountId = await openAccount(rig);
      expect(await ledgerOf(rig, accountId)).toMatchObject([
        { type: 'monthly_refill', amount: 50, before: 0, after: 50, description: 'Initial free tier allocation', by: 'system' },
      ]);
      const balance = {
        balance: 50,
        allocation: 50,
        purchased: 0,
        held: 0,
        available: 50,
        tier: 'free',
        monthlyAllocation: 50,
        isActive: true,
      };
      expect(await rig.ledger.balance(accountId)).toMatchObject(balance);
      expect(await rig.ledger.balance(await openAccount(rig, 'pro'))).toMatchObject({ balance: 500, tier: 'pro' });
    });

    it('once for a user, also when five replicas do it at once', async () => {
      const user = await userOf(await openAccount(rig));
      expect(await open(user)).toBeUndefined();
      await database.dataSource.query('ALTER TABLE mcp.user_credit_transactions DISABLE TRIGGER ledger_is_append_only');
      for (const table of ['user_credit_transactions', 'credit_periods', 'user_accounts'])
        await database.dataSource.query(`DELETE FROM mcp.${table}`);
      await database.dataSource.query('ALTER TABLE mcp.user_credit_transactions ENABLE TRIGGER ledger_is_append_only');
      const { rigs, close } = await creditReplicas(database.url, 5);
      const ids = await Promise.all(rigs.map((replica) => open(user, replica)));
      await close();
      expect(ids.filter((id) => id !== undefined)).toHaveLength(1);
      expect(await rig.ledger.balance(ids.find((id) => id !== undefined)!)).toMatchObject({ balance: 50 });
    });

    it('not at all when their transaction fails', async () => {
      const user = await userOf(await openAccount(rig));
      const [other] = await database.dataSource.query<{ id: string }[]>(
        `INSERT INTO mcp.users (username, email, password_hash) VALUES ('rolled', 'rolled@back', 'none') RETURNING id`,
      );
      const failing = database.postgres.transaction(async (tx) => {
        const account = { userId: other!.id, email: 'rolled@back', displayName: null, keyId: user.mcp_key_id, keyPrefix: 'mcp_' };
        expect(await rig.ledger.open(tx, account)).toEqual(expect.any(Number));
        throw new Error('later');
      });
      await expect(failing).rejects.toThrow('later');
      expect(await database.dataSource.query('SELECT 1 FROM mcp.user_accounts WHERE user_id = $1', [other!.id])).toEqual([]);
    });

    it('and change so that every replica’s key cache hears of it, which calls do not', async () => {
      const changes = async () =>
        (await database.dataSource.query('SELECT * FROM mcp.auth_changes WHERE kind = $1', ['user'])).length;
      const before = await changes();
      const accountId = await openAccount(rig);
      expect(await changes()).toBe(before + 1);
      await call(rig, accountId, 1);
      await grant(accountId, 10);
      expect(await changes()).toBe(before + 1);
      await database.dataSource.query('UPDATE mcp.user_accounts SET is_active = false WHERE id = $1', [accountId]);
      const user = await userOf(accountId);
      expect(await changes()).toBe(before + 2);
      const [last] = await database.dataSource.query('SELECT * FROM mcp.auth_changes ORDER BY seq DESC LIMIT 1');
      expect(last).toMatchObject({ kind: 'user', id: user.user_id });
    });
  });

  describe('take a grant', () => {
    it('as purchased credits, with the reason and who gave them', async () => {
      const accountId = await openAccount(rig);
      expect(await grant(accountId, 25)).toEqual({ booked: true, balance: 75, available: 75 });
      expect((await ledgerOf(rig, accountId)).at(-1)).toMatchObject({
        type: 'grant',
        amount: 25,
        before: 50,
        after: 75,
        purchased: 25,
        allocation: 0,
        description: 'Thanks',
        by: 'ops@example.com',
      });
      await grant(accountId, 25);
      expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 100, purchased: 50 });
    });

    it('once for a reference, however many replicas give it to whomever at once', async () => {
      const accountIds = await Promise.all(Array.from({ length: 3 }, () => openAccount(rig)));
      const { rigs, close } = await creditReplicas(database.url, 5);
      const giving = Array.from({ length: 60 }, (_, i) => grant(accountIds[i % 3]!, 10, 'order-1', rigs[i % 5]));
      const results = await Promise.all(giving);
      await close();
      expect(results.filter(({ booked }) => booked)).toHaveLength(1);
      const balances = await Promise.all(accountIds.map(async (id) => (await rig.ledger.balance(id)).balance));
      expect(balances.sort()).toEqual([50, 50, 60]);
    });

    it('not for a reference that was booked with another amount', async () => {
      const accountId = await openAccount(rig);
      await grant(accountId, 10, 'order-2');
      expect(await grant(accountId, 10, 'order-2')).toMatchObject({ booked: false, balance: 60 });
      await expect(grant(accountId, 11, 'order-2')).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('"order-2" was booked before with another amount'),
      });
      expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 60 });
    });

    it('of a negative amount down to what calls do not hold, purchased credits first', async () => {
      const accountId = await openAccount(rig);
      await grant(accountId, 10);
      await begun(rig, accountId, 20);
      await expect(grant(accountId, -41)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('40') });
      expect(await grant(accountId, -30)).toEqual({ booked: true, balance: 30, available: 10 });
      expect(await rig.ledger.balance(accountId)).toMatchObject({ allocation: 30, purchased: 0, held: 20 });
    });

    it.each([0, 1.5, Number.NaN, 1_000_000_001, -1_000_000_001])('but not of %d', async (amount) => {
      await expect(grant(1, amount)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('only where there is an account', async () => {
      await expect(grant(999_999, 5)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(rig.ledger.balance(999_999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(rig.ledger.changeTier({ accountId: 999_999, tier: 'pro', by: 'x' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });
  });

  describe('change tier', () => {
    const changeTier = (accountId: number, tier: string) => rig.ledger.changeTier({ accountId, tier, by: 'ops@example.com' });

    it('upwards: the month is topped up at once, whatever was spent', async () => {
      const accountId = await openAccount(rig);
      await call(rig, accountId, 30);
      await rig.posting.post();
      expect(await changeTier(accountId, 'pro')).toEqual({ added: 450, balance: 470, available: 470 });
      expect((await ledgerOf(rig, accountId)).at(-1)).toMatchObject({
        type: 'tier_change',
        amount: 450,
        allocation: 450,
        by: 'ops@example.com',
      });
      expect(await rig.ledger.balance(accountId)).toMatchObject({ tier: 'pro', monthlyAllocation: 500 });
    });

    it('downwards: nothing is taken back this month', async () => {
      const accountId = await openAccount(rig, 'pro');
      expect(await changeTier(accountId, 'free')).toEqual({ added: 0, balance: 500, available: 500 });
      expect(await rig.ledger.balance(accountId)).toMatchObject({ tier: 'free', monthlyAllocation: 50 });
      expect(await ledgerOf(rig, accountId)).toHaveLength(1);
    });

    it('down and up again: nothing is given twice', async () => {
      const accountId = await openAccount(rig);
      const added = [];
      for (const tier of ['pro', 'free', 'pro', 'enterprise', 'free', 'enterprise'])
        added.push((await changeTier(accountId, tier)).added);
      expect(added).toEqual([450, 0, 0, 4_500, 0, 0]);
    });

    it('only to a configured one', async () => {
      const accountId = await openAccount(rig);
      for (const tier of ['gold', '__proto__', 'toString']) {
        await expect(changeTier(accountId, tier)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      }
    });
  });

  describe('cannot', () => {
    const attempt = (sql: string) => database.dataSource.query(sql);

    it.each([
      'UPDATE mcp.user_credit_transactions SET amount = amount + 1',
      'DELETE FROM mcp.user_credit_transactions',
      'DELETE FROM mcp.user_credit_transactions WHERE false',
      'TRUNCATE mcp.user_credit_transactions',
    ])('be rewritten: %s', async (sql) => {
      await openAccount(rig);
      await expect(attempt(sql)).rejects.toThrow('append-only');
    });

    it.each([
      [
        'mcp.credit_periods (account_id, period, allocated, created_at)',
        'account_id, period, allocated, created_at',
        'refilled_once',
      ],
      [
        `mcp.user_credit_transactions (user_account_id, transaction_type, amount, balance_before, balance_after,
          allocation_amount, purchased_amount, reference_type, reference_id, created_by, created_at)`,
        `user_account_id, transaction_type, amount, balance_before, balance_after,
          allocation_amount, purchased_amount, reference_type, reference_id, created_by, created_at`,
        'booked_once',
      ],
    ])('hold anything twice: %s', async (table, columns, constraint) => {
      await openAccount(rig);
      await expect(attempt(`INSERT INTO ${table} SELECT ${columns} FROM ${table.split(' ')[0]}`)).rejects.toThrow(constraint);
    });

    it.each([
      ['credits_held = credits_balance + 1', 'never_overspent'],
      ['credits_balance = credits_balance + 1', 'balance_is_its_parts'],
      ['credits_allocation = -1, credits_balance = credits_purchased - 1', 'check'],
      ['credits_purchased = -1, credits_balance = credits_allocation - 1', 'check'],
      ['credits_held = -1', 'check'],
    ])('say what cannot be: %s', async (assignment, constraint) => {
      await openAccount(rig);
      await expect(attempt(`UPDATE mcp.user_accounts SET ${assignment}`)).rejects.toThrow(constraint);
    });
  });
});
