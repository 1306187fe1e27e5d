import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { createUser, startKeyReplica, type KeyReplica } from '../support/gateway/key-replica.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

describe('The last use of a key', () => {
  let database: TestDatabase;
  let replica: KeyReplica;
  let owner: Principal;
  beforeAll(async () => {
    database = await createTestDatabase();
    replica = await startKeyReplica(database.url);
    owner = await createUser(database.dataSource);
  });
  afterAll(async () => {
    await replica.stop();
    await database.drop();
  });

  const newKey = async () => (await replica.service.create(owner, { name: 'k', expiresAt: null })).key.id;
  const lastUsed = async (id: string) => {
    const [row] = await database.dataSource.query('SELECT last_used_at FROM mcp.api_keys WHERE id = $1', [id]);
    return (row.last_used_at as Date | null)?.getTime() ?? null;
  };

  it('moves forward only, whichever replica writes last', async () => {
    const id = await newKey();
    await replica.repository.setLastUsed(new Map([[id, { at: 2_000 }]]));
    await replica.repository.setLastUsed(new Map([[id, { at: 1_000 }]]));
    expect(await lastUsed(id)).toBe(2_000);
    await replica.repository.setLastUsed(new Map([[id, { at: 3_000 }]]));
    expect(await lastUsed(id)).toBe(3_000);
  });

  it('is the latest of many, written in one statement', async () => {
    const [one, two, unused] = [await newKey(), await newKey(), await newKey()];
    for (let at = 1; at <= 1_000; at += 1) replica.usage.touch(at % 2 ? one : two, at);
    await replica.usage.flush();
    expect([await lastUsed(one), await lastUsed(two), await lastUsed(unused)]).toEqual([999, 1_000, null]);
  });

  it('tells no replica to forget the key', async () => {
    const id = await newKey();
    const count = async () => (await database.dataSource.query('SELECT count(*)::int AS n FROM mcp.auth_changes'))[0].n as number;
    const before = await count();
    await replica.repository.setLastUsed(new Map([[id, { at: 1_000 }]]));
    expect(await count()).toBe(before);
  });

  it('does not let two replicas wait for each other for ever', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, newKey));
    const other = await startKeyReplica(database.url);
    for (let round = 1; round <= 20; round += 1) {
      const uses = ids.map((id) => [id, { at: round * 10_000 }] as const);
      await Promise.all([
        replica.repository.setLastUsed(new Map(uses)),
        other.repository.setLastUsed(new Map([...uses].reverse())),
      ]);
    }
    expect(await lastUsed(ids[0]!)).toBe(200_000);
    await other.stop();
  });
});
