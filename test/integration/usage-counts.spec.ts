import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { applyFunctions } from '../../src/database/apply-functions.js';
import { dataSourceOptions, migrate, openDataSource } from '../../src/database/data-source.js';
import { MIGRATIONS } from '../../src/database/migrations/index.js';
import { creditRig, openAccount } from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent } from '../support/databases/usage-rig.js';

describe('The calls that accounts show', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  const newUser = async (): Promise<{ userId: string; accountId: number }> => {
    const accountId = await openAccount(creditRig(database.postgres));
    const [row] = await database.postgres.query<{ userId: string }>(
      'SELECT user_id AS "userId" FROM mcp.user_accounts WHERE id = $1',
      [accountId],
    );
    return { accountId, userId: row!.userId };
  };
  const waits = (userId: string, price: number, created_at = new Date()) =>
    database.postgres.query('INSERT INTO mcp.usage_outbox (created_at, body) VALUES ($1, $2)', [
      created_at,
      JSON.stringify(anEvent({ user_id: userId, credits_cost: price, created_at })),
    ]);
  const calls = async ({ accountId }: { accountId: number }) => {
    const [row] = await database.postgres.query<{ calls: string }>(
      'SELECT total_tool_calls AS calls FROM mcp.accounts WHERE id = $1',
      [accountId],
    );
    return Number(row!.calls);
  };
  /** As delivery finishes a batch; `rejected`: a body. */
  const finish = (rejected = '') =>
    database.postgres.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO mcp.usage_rejected (tx, seq, created_at, body, error)
         SELECT tx, seq, created_at, body, 'unreadable' FROM mcp.usage_outbox WHERE body = $1`,
        [rejected],
      );
      const last = `(SELECT tx, seq FROM mcp.usage_outbox ORDER BY tx DESC, seq DESC LIMIT 1)`;
      await tx.query(`SELECT mcp.count_delivered_usage(tx, seq) FROM ${last} AS last`);
      await tx.query(`UPDATE mcp.usage_positions SET (tx, seq) = ${last} WHERE name = 'delivered'`);
    });
  const putBack = () =>
    database.postgres.query(
      `WITH back AS (DELETE FROM mcp.usage_rejected RETURNING created_at, body)
       INSERT INTO mcp.usage_outbox (created_at, body) SELECT * FROM back`,
    );

  it('are those delivered, free ones too', async () => {
    const [anna, bob] = [await newUser(), await newUser()];
    for (const price of [0, 3]) await waits(anna.userId, price);
    await waits(bob.userId, 1);
    expect([await calls(anna), await calls(bob)]).toEqual([0, 0]);
    await finish();
    expect([await calls(anna), await calls(bob)]).toEqual([2, 1]);
  });

  it('are without rejected ones, until they are put back and delivered', async () => {
    const anna = await newUser();
    await waits(anna.userId, 1);
    const broken = `{"user_id":"${anna.userId}","credits_cost":2`;
    await database.postgres.query('INSERT INTO mcp.usage_outbox (created_at, body) VALUES (now(), $1)', [broken]);
    await finish(broken);
    expect(await calls(anna)).toBe(1);
    await putBack();
    await finish();
    expect(await calls(anna)).toBe(2);
  });

  describe('after an upgrade', () => {
    const toSchema = async (count: number) => {
      const migrations = MIGRATIONS.slice(0, count);
      const dataSource = await new DataSource({
        ...dataSourceOptions(database.url, []),
        migrations,
      } as DataSourceOptions).initialize();
      await migrate(dataSource);
      await dataSource.destroy();
    };

    it('begin with what accounts have settled: a priced call that waited or was rejected is counted once, a free one then', async () => {
      await database.postgres.query('DROP SCHEMA mcp CASCADE');
      await toSchema(16);
      const anna = await newUser();
      // Seven settled calls: five were delivered, one waits, one is rejected. And a free one waits.
      await database.postgres.query('UPDATE mcp.user_accounts SET total_tool_calls = 7');
      await waits(anna.userId, 2);
      await waits(anna.userId, 0);
      await database.postgres.query(
        `INSERT INTO mcp.usage_rejected (tx, seq, created_at, body, error) VALUES ('1', 1, now(), $1, 'unreadable')`,
        [JSON.stringify(anEvent({ user_id: anna.userId, credits_cost: 5 }))],
      );
      await toSchema(MIGRATIONS.length);
      await applyFunctions(database.postgres);
      expect(await calls(anna)).toBe(6);
      await finish();
      expect(await calls(anna)).toBe(7);
      await putBack();
      await waits(anna.userId, 2);
      await finish();
      expect(await calls(anna)).toBe(9);
    });
  });
});

describe('A migration', () => {
  it('may take an hour, but waits for a table half a minute at most; other statements have a minute', async () => {
    const database = await createTestDatabase();
    const seen: unknown[] = [];
    class Looking1700000009999 {
      async up(runner: QueryRunner): Promise<void> {
        seen.push(...((await runner.query(LIMITS)) as unknown[]));
      }
      down = () => Promise.resolve();
    }
    const options = { ...dataSourceOptions(database.url, []), migrations: [Looking1700000009999] } as DataSourceOptions;
    const dataSource = await openDataSource(options);
    expect(seen).toEqual([{ statement: '1h', lock: '30s' }]);
    expect(await dataSource.query(LIMITS)).toEqual([{ statement: '1min', lock: '0' }]);
    await dataSource.destroy();
    await database.drop();
  });
});

const LIMITS = `SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock`;
