import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import {
  accountWith,
  begun,
  call,
  creditReplicas,
  creditRig,
  ledgerOf,
  setLedgerTime,
  type CreditRig,
} from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

jest.setTimeout(30_000);

describe('Posting', () => {
  let database: TestDatabase;
  let rig: CreditRig;

  beforeAll(async () => {
    database = await createTestDatabase();
    rig = creditRig(database.postgres);
  });
  afterEach(async () => {
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
  });
  afterAll(() => database.drop());

  /** A transaction that has its number, until it is committed. */
  async function oldTransaction() {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT pg_current_xact_id()');
    const commit = async () => {
      await client.query('COMMIT');
      await client.end();
    };
    return { client, commit };
  }

  it('enters each charge once, in the order of calls, whoever posts and however often', async () => {
    const accountIds = [await accountWith(rig, 50), await accountWith(rig, 50)];
    const { rigs, close } = await creditReplicas(database.url, 3);
    for (let price = 1; price <= 8; price += 1) {
      await Promise.all([
        ...accountIds.map((accountId) => call(rigs[price % 3]!, accountId, price)),
        ...rigs.map(({ posting }) => posting.post()),
      ]);
    }
    await Promise.all(rigs.map(({ posting }) => posting.post()));
    await close();
    for (const accountId of accountIds) {
      const charges = (await ledgerOf(rig, accountId)).slice(1).map(({ amount, after }) => [amount, after]);
      expect(charges).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((price) => [-price, 50 - (price * (price + 1)) / 2]));
    }
  });

  it('finds charges that were recorded after the clock of PostgreSQL was set back', async () => {
    const accountId = await accountWith(rig, 50);
    const ahead = `now() + interval '7 minutes'`; // as it was until now
    await rig.postgres.query(`UPDATE mcp.usage_positions SET since = ${ahead}, next_since = ${ahead}`);
    for (let n = 1; n <= 3; n += 1) await call(rig, accountId, 10);
    expect(await rig.postgres.query('SELECT balance::int FROM mcp.accounts WHERE id = $1', [accountId])).toEqual([
      { balance: 20 },
    ]);
    await rig.posting.post();
    expect((await ledgerOf(rig, accountId)).map(({ after }) => after)).toEqual([50, 40, 30, 20]);
    await rig.postgres.query('UPDATE mcp.usage_positions SET since = now(), next_since = NULL, next_tx = NULL');
  });

  it('goes on until all is posted, however much waits', async () => {
    const accountId = await accountWith(rig, 1_300);
    await Promise.all(Array.from({ length: 1_250 }, () => call(rig, accountId, 1)));
    await rig.posting.post();
    const [row] = await rig.postgres.query<object>(
      `SELECT credits_balance::int AS balance, total_tool_calls::int AS calls, (SELECT count(*)::int FROM mcp.unposted_charges) AS unposted
       FROM mcp.user_accounts WHERE id = $1`,
      [accountId],
    );
    expect(row).toEqual({ balance: 50, calls: 1_250, unposted: 0 });
    expect(await ledgerOf(rig, accountId)).toHaveLength(2 + 1_250);
  });

  it('passes over nothing that may still be committed before what is there', async () => {
    const accountId = await accountWith(rig, 50);
    const running = await begun(rig, accountId, 10);
    const before = await oldTransaction();
    await call(rig, accountId, 20);
    await rig.posting.post();
    expect(await ledgerOf(rig, accountId)).toHaveLength(1);
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 30, held: 10 });
    await before.client.query(
      `INSERT INTO mcp.usage_outbox (created_at, event_id, account_id, charge, replica_id, body) VALUES (now(), $1, $2, 10, $3, '{}')`,
      [randomUUID(), accountId, rig.replica.id],
    );
    rig.leases.end(running, 10);
    await before.commit();
    expect((await ledgerOf(rig, accountId)).slice(1)).toMatchObject([
      { amount: -10, before: 50, after: 40 },
      { amount: -20, before: 40, after: 20 },
    ]);
  });

  it('looks for rows from a moment on before which none can appear any more', async () => {
    const since = async () => {
      const [row] = await rig.postgres.query<{ ago: number }>(
        `SELECT (extract(epoch FROM now() - since) / 60)::int AS ago FROM mcp.usage_positions WHERE name = 'posted'`,
      );
      return row!.ago;
    };
    await rig.postgres.query(`UPDATE mcp.usage_positions SET next_since = NULL, next_tx = NULL WHERE name = 'posted'`);
    const before = await oldTransaction();
    await rig.posting.post(); // the look before
    await rig.postgres.query(
      `UPDATE mcp.usage_positions SET since = now() - interval '1 hour', next_since = now() - interval '30 minutes' WHERE name = 'posted'`,
    );
    await rig.posting.post();
    expect(await since()).toBe(60);
    await before.commit();
    await rig.posting.post();
    expect(await since()).toBe(30);
    await rig.posting.post();
    expect(await since()).toBe(30); // the next one is a moment ago
  });

  it('makes the table of a month that has none yet, which is as append-only as the others', async () => {
    const accountId = await accountWith(rig, 50);
    await setLedgerTime(rig, '2031-05-14T12:00:00Z');
    await call(rig, accountId, 10);
    expect((await ledgerOf(rig, accountId)).at(-1)).toMatchObject({ amount: -10 });
    await expect(rig.postgres.query('DELETE FROM mcp.credit_charges_203105')).rejects.toThrow('append-only');
  });

  it.each([
    'UPDATE mcp.credit_charges SET amount = amount + 1',
    'DELETE FROM mcp.credit_charges WHERE false',
    'TRUNCATE mcp.credit_charges',
    'DELETE FROM mcp.usage_outbox WHERE false',
  ])('leaves rows that nobody can change: %s', async (sql) => {
    await expect(rig.postgres.query(sql)).rejects.toThrow('append-only');
  });
});

describe('Posting of an account that somebody has changed by hand', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('sets its charge aside, and holds nobody else up', async () => {
    const rig = creditRig(database.postgres);
    const [changed, ...others] = [await accountWith(rig, 50), await accountWith(rig, 50), await accountWith(rig, 50)];
    for (const accountId of [others[0]!, changed!, others[1]!]) await call(rig, accountId, 10);
    await rig.postgres.query('UPDATE mcp.user_accounts SET credits_held = 0 WHERE id = $1', [changed]);
    await rig.posting.post();
    for (const accountId of others) expect((await ledgerOf(rig, accountId)).at(-1)).toMatchObject({ amount: -10, after: 40 });
    expect(await ledgerOf(rig, changed!)).toHaveLength(1);
    const aside = await rig.postgres.query('SELECT account_id::int AS account, amount::int FROM mcp.credit_shortfalls');
    expect(aside).toEqual([{ account: changed, amount: 10 }]);
    expect((await rig.audit.audit()).totals).toMatchObject({ unposted: 0, uncharged: 10 });
  });
});
