import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApiKeysRepository } from '../../src/api-keys/keys/api-keys.repository.js';
import { ApiKey } from '../../src/api-keys/keys/api-key.entity.js';
import { AuditLog } from '../../src/auth/audit/audit-log.service.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { createUser } from '../support/gateway/key-replica.js';

const KEYS = 20_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase([ApiKey]);
  const { userId } = await createUser(database.dataSource);
  await database.dataSource.query(
    `INSERT INTO mcp.api_keys (token_id, hmac, prefix, user_id, name, scopes, created_at)
     SELECT n, decode(repeat('00', 32), 'hex'), 'sk-', $1, 'key ' || n, '{tools:call}', now() - n * interval '1 second'
     FROM generate_series(1, $2::int) AS n`,
    [userId, KEYS],
  );
  await database.dataSource.query('ANALYZE mcp.api_keys, mcp.users');
});
afterAll(() => database.drop());

it('a page of very many keys is read by an index, each key once, the newest first', async () => {
  const plans: string[] = [];
  const { postgres } = database;
  const query = async (sql: string, values: unknown[]) => {
    plans.push(JSON.stringify(await postgres.query(`EXPLAIN ${sql}`, values)));
    return postgres.query(sql, values);
  };
  const explaining = Object.assign(Object.create(postgres) as typeof postgres, { query });
  const repository = new ApiKeysRepository(database.dataSource.getRepository(ApiKey), explaining, new AuditLog(postgres));
  const { keys, total } = await repository.search({ now: new Date(), isActive: true, limit: 50, offset: 100 });
  expect([total, keys[0]!.name, new Set(keys.map(({ id }) => id)).size]).toEqual([KEYS, 'key 101', 50]);
  expect(plans[1]).toContain('Index Scan using api_keys_newest');
  expect(plans[1]).not.toContain('Seq Scan on api_keys');
});
