import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually.js';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent, historyQuery, recordAll, usageRig, type UsageRig } from '../support/databases/usage-rig.js';

jest.setTimeout(30_000);

const HOUR_MS = 3_600_000;
const MONTH = new Date().toISOString().slice(0, 7).replace('-', '');

describe('Usage that ClickHouse has been given', () => {
  let clickhouse: TestClickHouse;
  let database: TestDatabase;
  let rig: UsageRig;
  let user: string;

  beforeAll(async () => {
    clickhouse = await startTestClickHouse();
  });
  beforeEach(async () => {
    database = await createTestDatabase();
    rig = usageRig(database, clickhouse);
    user = randomUUID();
    for (const table of ['mcp_tool_usage_log', 'mcp_tool_usage_hourly', 'mcp_tool_usage_by_time'])
      await clickhouse.clickhouse.command(`TRUNCATE TABLE ${table}`);
  });
  afterEach(async () => {
    await rig.delivery.close();
    await database.drop();
  });
  afterAll(() => clickhouse.stop());

  const deliver = async (count: number, ageMs = 0) => {
    const events = Array.from({ length: count }, () => anEvent({ user_id: user, created_at: new Date(Date.now() - ageMs) }));
    await recordAll(rig, events);
    await rig.delivery.run();
    return events;
  };
  const verify = () => rig.verification.verify(new AbortController().signal);
  /** Of history and of statistics. */
  const seen = async () => [
    (await rig.queries.history(user, historyQuery())).total,
    (await rig.queries.stats(user, { days: 30 })).total_calls,
  ];
  const noted = async () => {
    const [row] = await database.postgres.query<object>(
      'SELECT sum(calls)::int AS calls, sum(healed)::int AS healed, sum(lost)::int AS lost, sum(surplus)::int AS surplus FROM mcp.usage_hours',
    );
    return row;
  };
  const lose = (sql: string) =>
    clickhouse.clickhouse.command(`ALTER TABLE mcp_tool_usage_log ${sql} SETTINGS mutations_sync = 2`);
  const parts = async () =>
    (
      await database.postgres.query<{ part: string }>(
        `SELECT inhrelid::regclass::text AS part FROM pg_inherits WHERE inhparent = 'mcp.usage_outbox'::regclass ORDER BY 1`,
      )
    ).map(({ part }) => part);

  it('is kept in the outbox, and is not touched while ClickHouse has it', async () => {
    await deliver(20);
    await verify();
    expect(await noted()).toEqual({ calls: 20, healed: 0, lost: 0, surplus: 0 });
    expect(await seen()).toEqual([20, 20]);
    const [row] = await database.postgres.query<{ rows: number }>('SELECT count(*)::int AS rows FROM mcp.usage_outbox');
    expect(row!.rows).toBe(20);
  });

  it('is given once more where a call of it is missing, which nobody had to say', async () => {
    const events = await deliver(20);
    await lose(`DELETE WHERE id = '${events[7]!.id}'`);
    expect(await seen()).toEqual([19, 19]);
    await verify();
    expect(await seen()).toEqual([20, 20]);
    expect(await noted()).toEqual({ calls: 20, healed: 1, lost: 0, surplus: 0 });
    await verify();
    expect(await noted()).toMatchObject({ healed: 1 });
  });

  it.each([
    ['was emptied', () => clickhouse.clickhouse.command('TRUNCATE TABLE mcp_tool_usage_log')],
    ['has lost a partition', () => lose(`DETACH PARTITION ID '${MONTH}'`)],
  ])('is given once more to a ClickHouse that %s', async (_, loseAll) => {
    await deliver(5_003); // more than are looked for at once
    await loseAll();
    expect(await seen()).toEqual([0, 0]);
    await verify();
    expect(await seen()).toEqual([5_003, 5_003]);
    expect(await noted()).toMatchObject({ healed: 5_003, lost: 0 });
  });

  it.each([
    ['behind', 3 * HOUR_MS],
    ['ahead', -2 * HOUR_MS],
    ['a year behind', 366 * 24 * HOUR_MS],
  ])('is given once more, rows and rollup, though the clock of its gateway was %s', async (_, ageMs) => {
    await deliver(4, ageMs);
    await deliver(2);
    for (const table of ['mcp_tool_usage_log', 'mcp_tool_usage_hourly', 'mcp_tool_usage_by_time'])
      await clickhouse.clickhouse.command(`TRUNCATE TABLE ${table}`);
    await verify();
    await rig.delivery.run();
    expect(await noted()).toEqual({ calls: 6, healed: 6, lost: 0, surplus: 0 });
    await clickhouse.clickhouse.command('TRUNCATE TABLE mcp_tool_usage_hourly');
    await verify();
    await rig.delivery.run();
    const rolledUp = await clickhouse.clickhouse.query('SELECT sum(calls) AS calls FROM mcp_tool_usage_hourly FINAL');
    expect(rolledUp).toEqual([{ calls: ageMs > 0 ? 4 : 0 }]); // of the hours that are over
  });

  it('is not asked for where ClickHouse no longer keeps it', async () => {
    await deliver(4, 14 * 31 * 24 * HOUR_MS);
    await clickhouse.clickhouse.command('TRUNCATE TABLE mcp_tool_usage_log');
    await verify();
    expect(await noted()).toEqual({ calls: 4, healed: 0, lost: 0, surplus: 0 });
  });

  it('is given once more where somebody has changed it there', async () => {
    await deliver(4);
    await lose('UPDATE credits_charged = 9 WHERE true');
    await verify();
    expect(await clickhouse.clickhouse.query('SELECT sum(credits_charged) AS credits FROM mcp_tool_usage_log FINAL')).toEqual([
      { credits: 4 * anEvent({}).credits_charged },
    ]);
    expect(await noted()).toEqual({ calls: 4, healed: 4, lost: 0, surplus: 0 });
  });

  it('is verified after ClickHouse was away, and from time to time', async () => {
    await deliver(3);
    await clickhouse.clickhouse.command('TRUNCATE TABLE mcp_tool_usage_log');
    await rig.delivery.run();
    expect(await seen()).toEqual([0, 0]); // verified a moment ago
    rig.verification.expire();
    await rig.delivery.run();
    expect(await seen()).toEqual([3, 3]);
  });

  it('is looked for in the tables of its own hours alone, and page by page in their order', async () => {
    await database.postgres.query(`SELECT mcp.add_outbox_hour(now() - n * interval '1 hour') FROM generate_series(1, 5) AS n`);
    for (let n = 0; n < 2; n += 1) await deliver(300);
    await database.postgres.query('ANALYZE mcp.usage_outbox');
    const read = await database.postgres.transaction(async (tx) => {
      const calls = await tx.query(
        `SELECT seq FROM mcp.delivered_calls(date_trunc('hour', now(), 'UTC'), '0'::xid8, 0::bigint, 10)`,
      );
      const [tables] = await tx.query<{ tables: number; rows: number }>(
        `SELECT count(*) FILTER (WHERE seq_scan + idx_scan > 0)::int AS tables, sum(seq_tup_read + idx_tup_fetch)::int AS rows
         FROM pg_stat_xact_user_tables WHERE relname LIKE 'usage_outbox_%'`,
      );
      return { calls: calls.length, ...tables! };
    });
    expect(read).toMatchObject({ calls: 10, tables: 1 });
    expect(read.rows).toBeLessThan(30);
  });

  it('is rolled up again where the rollup was lost', async () => {
    await database.postgres.query(`SELECT mcp.add_outbox_hour(now() - interval '2 hours')`);
    await deliver(4, 2 * HOUR_MS);
    await clickhouse.clickhouse.command('TRUNCATE TABLE mcp_tool_usage_hourly');
    await verify();
    await rig.delivery.run();
    const rows = await clickhouse.clickhouse.query('SELECT sum(calls) AS calls FROM mcp_tool_usage_hourly FINAL');
    expect(rows).toEqual([{ calls: 4 }]);
  });

  it('is said to be lost where the outbox has it no longer, once', async () => {
    await deliver(4);
    await database.postgres.query('TRUNCATE mcp.usage_outbox');
    await clickhouse.clickhouse.command('TRUNCATE TABLE mcp_tool_usage_log');
    for (let time = 0; time < 2; time += 1) await verify();
    expect(await noted()).toEqual({ calls: 4, healed: 0, lost: 4, surplus: 0 });
    expect(await rig.outbox.backlog()).toMatchObject({ healed: 0, lost: 4 });
  });

  it('is said to be too much where ClickHouse knows of calls that PostgreSQL has never heard of', async () => {
    const [event] = await deliver(2);
    await rig.log.insert('other', JSON.stringify({ ...event, id: randomUUID() }), new AbortController().signal);
    await verify();
    expect(await noted()).toEqual({ calls: 2, healed: 0, lost: 0, surplus: 1 });
    expect(await seen()).toEqual([3, 3]);
  });

  it('leaves out what ClickHouse cannot accept', async () => {
    await deliver(2);
    await database.postgres.query(`INSERT INTO mcp.usage_outbox (created_at, body) VALUES (now(), '{"broken')`);
    await rig.delivery.run();
    await verify();
    expect(await noted()).toEqual({ calls: 2, healed: 0, lost: 0, surplus: 0 });
  });

  describe('goes from the outbox by whole hours', () => {
    /** An hour of the outbox that began so many hours ago, with calls that are settled, posted, delivered and verified. */
    const oldHour = async (hoursAgo: number) => {
      await database.postgres.query(`SELECT mcp.add_outbox_hour(now() - $1 * interval '1 hour')`, [hoursAgo]);
      await database.postgres.query(
        `INSERT INTO mcp.usage_outbox (appended_at, created_at, body)
         SELECT at, at, replace($2, '2000-01-01T00:00:00.000Z', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
         FROM (SELECT now() - $1 * interval '1 hour' AS at) AS t`,
        [hoursAgo, JSON.stringify(anEvent({ user_id: user, created_at: new Date('2000-01-01T00:00:00Z') }))],
      );
    };
    const since = (position: string, at: string) =>
      database.postgres.query(`UPDATE mcp.usage_positions SET since = ${at} WHERE name = $1`, [position]);
    const turn = async () => {
      rig.verification.expire();
      await rig.delivery.run();
    };

    it('once they are past usage.keep_outbox_hours, posted, delivered and verified', async () => {
      for (const position of ['posted', 'delivered']) await since(position, `'-infinity'`);
      await oldHour(30);
      await oldHour(10);
      const before = await parts();
      await turn();
      expect(await parts()).toEqual(before); // not posted yet, as far as the positions say
      for (const position of ['posted', 'delivered']) await since(position, 'now()');
      await turn();
      expect(await parts()).toEqual(before.slice(1));
      expect(await seen()).toEqual([2, 2]);
    });

    it('also where calls come without a pause, so that no look finds everything delivered', async () => {
      const looksFrom = async () => {
        const sql = `SELECT since::text, next_tx::text FROM mcp.usage_positions WHERE name = 'delivered'`;
        return (await database.postgres.query<{ since: string; next_tx: string | null }>(sql))[0]!;
      };
      const round = async () => {
        await deliver(1);
        expect(await looksFrom()).toMatchObject({ next_tx: expect.any(String) });
      };
      await round();
      const { since } = await looksFrom();
      await database.postgres.query(`UPDATE mcp.usage_positions SET next_since = next_since - interval '2 minutes'`);
      await round(); // the first look is behind the position now, and its own is noted
      await database.postgres.query(`UPDATE mcp.usage_positions SET next_since = next_since - interval '2 minutes'`);
      await round();
      expect((await looksFrom()).since > since).toBe(true);
    });

    it('and later where somebody reads the outbox, without a delay for delivery', async () => {
      for (const position of ['posted', 'delivered']) await since(position, `'-infinity'`);
      await oldHour(30);
      await turn();
      for (const position of ['posted', 'delivered']) await since(position, 'now()');
      const before = await parts();
      await database.postgres.transaction(async (reader) => {
        await reader.query(`SELECT count(*) FROM mcp.usage_outbox`);
        await turn();
        expect(await parts()).toEqual(before);
        expect(rig.delivery.failures).toBe(0);
      });
      await turn();
      expect(await parts()).toEqual(before.slice(1));
    });

    it('and not while ClickHouse is away, since nobody can verify them', async () => {
      for (const position of ['posted', 'delivered']) await since(position, `'-infinity'`);
      await oldHour(30);
      await turn();
      for (const position of ['posted', 'delivered']) await since(position, 'now()');
      const before = await parts();
      await clickhouse.arm('refuse', 1);
      await turn();
      expect(await parts()).toEqual(before);
      await eventually(async () => {
        await rig.delivery.run();
        expect(await parts()).toEqual(before.slice(1));
      });
    });
  });
});
