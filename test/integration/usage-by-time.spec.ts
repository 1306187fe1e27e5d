import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { eventually } from '../support/eventually.js';
import { anEvent, recordAll, usageRig, type UsageRig } from '../support/databases/usage-rig.js';

const HOUR_MS = 3_600_000;
const EVER = { from: '1970-01-01 00:00:00', to: '2100-01-01 00:00:00' };

describe('The calls by time', () => {
  let clickhouse: TestClickHouse;
  let database: TestDatabase;
  let rig: UsageRig;
  let ids: string[];

  beforeAll(async () => {
    [clickhouse, database] = await Promise.all([startTestClickHouse(), createTestDatabase()]);
    rig = usageRig(database, clickhouse);
    const events = [0, 0, 0, 2, 2, 2, 2].map((hours) => anEvent({ created_at: new Date(Date.now() - hours * HOUR_MS) }));
    ids = events.map(({ id }) => id).sort();
    await recordAll(rig, events);
    await rig.delivery.run();
  }, 60_000);
  afterAll(async () => {
    await rig.delivery.close();
    await clickhouse.stop();
    await database.drop();
  });

  const shown = async () => [...new Set((await rig.log.findOlderOfAny(EVER, undefined, 100)).map(({ id }) => id))].sort();

  it('are those of the log, as soon as they are there', async () => {
    expect(await shown()).toEqual(ids);
  });

  it('are copied from it where they lack one, of this hour or an earlier one, and none is sent again', async () => {
    await clickhouse.clickhouse.command(
      `ALTER TABLE mcp_tool_usage_by_time DELETE WHERE id IN (SELECT min(id) FROM mcp_tool_usage_log GROUP BY toStartOfHour(created_at))
       SETTINGS mutations_sync = 2`,
    );
    expect(await shown()).toHaveLength(ids.length - 2);
    await rig.verification.verify(new AbortController().signal);
    expect(await shown()).toEqual(ids);
    expect((await rig.outbox.verified()).healed).toBe(0);
  });

  it('are delivered once more with those of the log, where the second insert fails', async () => {
    await clickhouse.clickhouse.command('RENAME TABLE mcp_tool_usage_by_time TO elsewhere');
    const late = anEvent();
    await recordAll(rig, [late]);
    await rig.delivery.run();
    expect((await rig.outbox.backlog()).pending).toBe(1);
    await clickhouse.clickhouse.command('RENAME TABLE elsewhere TO mcp_tool_usage_by_time');
    await eventually(async () => {
      await rig.delivery.run();
      expect(await shown()).toEqual([...ids, late.id].sort());
    });
    const log = await clickhouse.clickhouse.query('SELECT count() AS calls FROM mcp_tool_usage_log FINAL');
    expect(log).toEqual([{ calls: ids.length + 1 }]);
  });

  it('are filled with the last days of an earlier release, which did not have them', async () => {
    const before = await shown();
    await clickhouse.clickhouse.command('TRUNCATE TABLE mcp_tool_usage_by_time');
    await clickhouse.clickhouse.command(
      `INSERT INTO mcp_tool_usage_hourly (user_id, hour, tool_name, table_name, api_key_id, calls, version)
       SELECT user_id, toStartOfHour(created_at) AS hour, tool_name, table_name, api_key_id, count(), 1000000 FROM mcp_tool_usage_log GROUP BY ALL`,
    );
    const next = usageRig(database, clickhouse);
    await rig.delivery.close();
    await database.postgres.query(`SELECT setval('mcp.usage_versions', 1000000)`);
    await database.postgres.query(`UPDATE mcp.usage_totals SET verified_since = now() + interval '1 day'`);
    await eventually(async () => {
      await next.delivery.run();
      expect(await shown()).toEqual(before);
    });
    await next.delivery.close();
  });
});
