import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { UsageBatchRepository } from '../../src/usage/delivery/usage-batch.repository.js';
import { eventually } from '../support/eventually.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent, historyQuery, recordAll, usageRig, type UsageRig } from '../support/databases/usage-rig.js';

const HOUR_MS = 3_600_000;

/** Some guarantees are about waiting for seconds. */
jest.setTimeout(30_000);

describe('Delivery to ClickHouse', () => {
  let clickhouse: TestClickHouse;
  let database: TestDatabase;
  let rig: UsageRig;
  let user: string;

  beforeAll(async () => {
    clickhouse = await startTestClickHouse();
    database = await createTestDatabase();
  });
  beforeEach(() => {
    rig = usageRig(database, clickhouse, { timeoutMs: 300 });
    user = randomUUID();
  });
  afterEach(async () => {
    await clickhouse.arm('none', 0);
    await rig.delivery.close();
    await database.dataSource.query(
      'TRUNCATE mcp.usage_outbox, mcp.usage_batches, mcp.usage_rejected, mcp.usage_dirty_hours, mcp.usage_hours',
    );
  });
  afterAll(async () => {
    await clickhouse.stop();
    await database.drop();
  });

  const events = (count: number, ageMs = 0) =>
    Array.from({ length: count }, () => anEvent({ user_id: user, created_at: new Date(Date.now() - ageMs) }));
  const rawRows = async () => {
    const sql = 'SELECT count() AS rows FROM mcp_tool_usage_log WHERE user_id = {user:String}';
    return (await clickhouse.clickhouse.query<{ rows: number }>(sql, { user }))[0]!.rows;
  };
  const seen = async (from: UsageRig = rig) => ({
    history: (await from.queries.history(user, historyQuery())).total,
    listed: (await from.queries.history(user, historyQuery({ page_size: 100 }))).records.length,
    stats: (await from.queries.stats(user, { days: 2 })).total_calls,
  });
  const counted = (calls: number) => ({ history: calls, listed: calls, stats: calls });
  /** Rounds, over the pauses after failures, until nothing is left. */
  const delivered = (by: UsageRig = rig) =>
    eventually(async () => {
      await by.delivery.run();
      expect((await by.outbox.backlog()).pending).toBe(0);
    });

  it('brings every recorded event to history and statistics, and keeps accepted = delivered + pending', async () => {
    const before = await rig.outbox.backlog();
    await recordAll(rig, events(7));
    expect(await rig.outbox.backlog()).toEqual({
      delivered: before.delivered,
      rejected: 0,
      pending: 7,
      healed: 0,
      lost: 0,
      oldest_pending_ms: expect.any(Number),
    });
    await rig.delivery.run();
    expect(await rig.status.read()).toEqual({
      accepted: before.delivered + 7,
      delivered: before.delivered + 7,
      rejected: 0,
      pending: 0,
      healed: 0,
      lost: 0,
      oldest_pending_ms: 0,
      recorded_here: 7,
      is_delivering: true,
    });
    expect(await seen()).toEqual(counted(7));
  });

  describe.each(['refuse', 'error', 'hang', 'timeout-after-commit'] as const)('when ClickHouse fails by "%s"', (fault) => {
    it('keeps every row in PostgreSQL, sends the identical batch again, and counts each once', async () => {
      await recordAll(rig, events(5));
      await clickhouse.arm(fault, 2);
      await rig.delivery.run();
      expect((await rig.outbox.backlog()).pending).toBe(5);
      const batch = await rig.batches.findOpen();
      await recordAll(rig, events(3));
      await eventually(async () => {
        await rig.delivery.run();
        expect((await rig.batches.findOpen())?.id).not.toBe(batch!.id);
      });
      await delivered();
      expect(await seen()).toEqual(counted(8));
    });
  });

  it('is harmless when it dies between the insert and the delete: another process sends the same batch again', async () => {
    class Dying extends UsageBatchRepository {
      override finish(): Promise<void> {
        return Promise.reject(new Error('killed'));
      }
    }
    await recordAll(rig, events(6, 3 * HOUR_MS));
    const dying = usageRig(database, clickhouse, { Batches: Dying, timeoutMs: 300 });
    await dying.delivery.run();
    expect(await rawRows()).toBe(6);
    await dying.lock.release();
    await delivered();
    expect(await seen()).toEqual(counted(6));
  });

  it('counts rows once that are in the table twice, in history, total, statistics and the rollup', async () => {
    await clickhouse.clickhouse.command('SYSTEM STOP MERGES mcp_tool_usage_log');
    const [old, recent] = [events(4, 3 * HOUR_MS), events(4)];
    await recordAll(rig, [...old, ...recent]);
    const lines = [...old, ...recent].map((event) => JSON.stringify(event)).join('\n');
    await rig.log.insert('another-token', lines, AbortSignal.timeout(5_000));
    await rig.delivery.run();
    await delivered();
    expect(await rawRows()).toBe(16);
    expect(await seen()).toEqual(counted(8));
    await clickhouse.clickhouse.command('SYSTEM START MERGES mcp_tool_usage_log');
  });

  it('loses nothing of a transaction that commits after later ones were delivered', async () => {
    const slow = new pg.Client({ connectionString: database.url });
    await slow.connect();
    await slow.query('BEGIN');
    const [late] = events(1);
    await slow.query('INSERT INTO mcp.usage_outbox (created_at, body) VALUES ($1, $2)', [late!.created_at, JSON.stringify(late)]);
    await recordAll(rig, events(5));
    await rig.delivery.run();
    expect((await rig.outbox.backlog()).pending).toBe(5); // they wait for it, since it comes before them
    await slow.query('COMMIT');
    await slow.end();
    await delivered();
    expect(await seen()).toEqual(counted(6));
  });

  it('repairs the rollup when a row arrives for an hour that was closed already', async () => {
    await recordAll(rig, events(3, 5 * HOUR_MS));
    await delivered();
    expect(await database.dataSource.query('SELECT hour FROM mcp.usage_dirty_hours')).toEqual([]);
    await recordAll(rig, events(2, 5 * HOUR_MS));
    await delivered();
    expect(await database.dataSource.query('SELECT hour FROM mcp.usage_dirty_hours')).toEqual([]);
    const rollup =
      'SELECT sum(calls) AS calls, sum(records) AS records FROM mcp_tool_usage_hourly FINAL WHERE user_id = {user:String}';
    expect(await clickhouse.clickhouse.query(rollup, { user })).toEqual([{ calls: 5, records: 50 }]);
    expect(await seen()).toEqual(counted(5));
  });

  it('delivers what was waiting when the database was restored on another server', async () => {
    for (const event of events(3)) {
      await database.dataSource.query(`INSERT INTO mcp.usage_outbox (tx, created_at, body) VALUES ('9000000000000', $1, $2)`, [
        event.created_at,
        JSON.stringify(event),
      ]);
    }
    await recordAll(rig, events(2));
    await delivered();
    expect(await seen()).toEqual(counted(5));
  });

  it('sets a poisonous row aside with its reason and delivers the others', async () => {
    const before = await rig.outbox.backlog();
    await recordAll(rig, events(9));
    const poison = ['{"broken', JSON.stringify({ ...events(1)[0], record_count: 'many' })];
    for (const body of poison) {
      await database.dataSource.query('INSERT INTO mcp.usage_outbox (created_at, body) VALUES (now(), $1)', [body]);
    }
    await recordAll(rig, events(9));
    await rig.delivery.run();
    const rows = await database.dataSource.query('SELECT body, error FROM mcp.usage_rejected ORDER BY tx, seq');
    expect(rows).toEqual(poison.map((body) => ({ body, error: expect.stringMatching(/parse/i) })));
    expect(await rig.outbox.backlog()).toMatchObject({ delivered: before.delivered + 18, rejected: 2, pending: 0 });
    const ofUser = 'SELECT calls FROM mcp.usage_counts WHERE user_id = $1';
    expect(await database.dataSource.query(ofUser, [user])).toEqual([{ calls: '18' }]);
    expect(await seen()).toEqual(counted(18));
  });

  it('says so and loses nothing when someone changed the rows of a fixed batch', async () => {
    await recordAll(rig, events(4));
    await clickhouse.arm('refuse', 1);
    await rig.delivery.run();
    const open = await rig.batches.findOpen();
    await database.dataSource.query(
      `UPDATE mcp.usage_outbox SET body = replace(body, '"record_count":10', '"record_count":11')
       WHERE seq = (SELECT min(seq) FROM mcp.undelivered_usage)`,
    );
    await delivered();
    expect(open).toBeDefined();
    expect(await seen()).toEqual(counted(4));
  });

  describe('with two replicas', () => {
    let other: UsageRig;
    beforeEach(() => {
      rig = usageRig(database, clickhouse);
      other = usageRig(database, clickhouse, { timeoutMs: 300 });
    });
    afterEach(() => other.delivery.close());

    it('only one delivers, and every row counts once', async () => {
      const before = await rig.outbox.backlog();
      await recordAll(rig, events(40));
      await Promise.all([rig.delivery.run(), other.delivery.run(), recordAll(other, events(40))]);
      expect([rig.lock.isHeld, other.lock.isHeld].sort()).toEqual([false, true]);
      await delivered(rig.lock.isHeld ? rig : other);
      expect((await rig.outbox.backlog()).delivered).toBe(before.delivered + 80);
      expect(await seen()).toEqual(counted(80));
    });

    it('the other takes over when the connection that holds the lock breaks, and the first stops at once', async () => {
      await rig.delivery.run();
      expect(rig.lock.isHeld).toBe(true);
      await recordAll(rig, events(3));
      await clickhouse.arm('hang', 1);
      const stuck = rig.delivery.run();
      await eventually(async () => expect(await clickhouse.faultsLeft()).toBe(0));
      await database.dataSource.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'tallygate usage delivery' AND datname = current_database()`,
      );
      await stuck;
      expect(rig.lock.isHeld).toBe(false);
      await delivered(other);
      expect(other.lock.isHeld).toBe(true);
      expect(await seen(other)).toEqual(counted(3));
    });
  });

  it('a stop delivers what is left, and waits for ClickHouse no longer than it must', async () => {
    await rig.delivery.run();
    await recordAll(rig, events(2));
    await rig.delivery.close();
    expect((await rig.outbox.backlog()).pending).toBe(0);

    const next = usageRig(database, clickhouse);
    await next.delivery.run();
    await recordAll(next, events(2));
    await clickhouse.arm('hang', 1);
    const started = performance.now();
    await next.delivery.close();
    expect(performance.now() - started).toBeLessThan(6_000);
    expect((await rig.outbox.backlog()).pending).toBe(2);
    await clickhouse.arm('none', 0);
    await delivered();
    expect(await seen()).toEqual(counted(4));
  });

  it('a timer drives it in the application', async () => {
    await recordAll(rig, events(1));
    rig.delivery.onApplicationBootstrap();
    await eventually(async () => expect(await rawRows()).toBe(1));
  });
});
