import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresEngine } from '../../src/database/postgres-engine.js';
import { demandOwnSessions } from '../../src/database/sessions/own-sessions.js';
import { testConfig } from '../support/gateway/test-config.js';
import { hasPgBouncer, PgBouncer } from '../support/databases/pgbouncer.js';
import { TcpProxy } from '../support/databases/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { TransactionPooler } from '../support/databases/transaction-pooler.js';

const REFUSED = /behind a pooler that gives every transaction another connection.*pool_mode = session/;
const startOn = (database_url: string) => new PostgresEngine(testConfig({ database_url })).start();

describe('The start', () => {
  let database: TestDatabase;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  afterAll(() => database.drop());

  it.each([
    [1, 'last'],
    [2, 'last'],
    [5, 'last'],
    [2, 'turns'],
    [3, 'turns'],
    [5, 'turns'],
  ] as const)('is refused behind a pooler of transactions: %i connections, taken by %s', async (size, order) => {
    const pooler = await TransactionPooler.start(database.url, size, order);
    stops.push(() => pooler.stop());
    await expect(startOn(pooler.url)).rejects.toThrow(REFUSED);
  });

  it('is not by the server itself, nor by what only passes connections on, however often it is asked', async () => {
    const proxy = new TcpProxy(new URL(database.url));
    const url = await proxy.start();
    stops.push(() => proxy.stop());
    await startOn(url);
    await Promise.all(Array.from({ length: 20 }, () => demandOwnSessions(database.url)));
  });

  (hasPgBouncer() ? describe : describe.skip)('behind PgBouncer', () => {
    it.each(['transaction', 'statement'] as const)('is refused with pool_mode = %s', async (mode) => {
      const bouncer = await PgBouncer.start(database.url, mode);
      stops.push(() => bouncer.stop());
      await expect(startOn(bouncer.url)).rejects.toThrow(REFUSED);
    });
  });
});
