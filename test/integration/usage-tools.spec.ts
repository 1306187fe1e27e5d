import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestClickHouse, type TestClickHouse } from '../support/databases/test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent, recordAll, usageRig, type UsageRig } from '../support/databases/usage-rig.js';

const DAY_MS = 86_400_000;
/** A quarter past an hour, some days ago. */
const at = (daysAgo: number, hour: number) =>
  new Date(`${new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10)}T${String(hour).padStart(2, '0')}:15:00Z`);
const secondsOf = (time: Date) => (time.getTime() - 15 * 60_000) / 1_000;

describe('How a user uses tools', () => {
  let clickhouse: TestClickHouse;
  let database: TestDatabase;
  let rig: UsageRig;
  beforeAll(async () => {
    [clickhouse, database] = await Promise.all([startTestClickHouse(), createTestDatabase()]);
    rig = usageRig(database, clickhouse);
  }, 60_000);
  afterAll(async () => {
    await database.drop();
  });

  it('is told by tool, of 30 days and of nobody else', async () => {
    const user_id = randomUUID();
    const slow = Array.from({ length: 2 }, () => ({ user_id, tool_name: 'a', duration_ms: 200, created_at: at(3, 9) }));
    const quick = Array.from({ length: 18 }, () => ({ user_id, tool_name: 'a', duration_ms: 2, created_at: at(2, 11) }));
    const others = [
      { user_id, tool_name: 'b', duration_ms: 2, created_at: at(4, 10) },
      { user_id, tool_name: 'long-ago', created_at: at(31, 1) },
      { user_id: randomUUID(), tool_name: 'a', created_at: at(1, 10) },
    ];
    await recordAll(rig, [...slow, ...quick, ...others].map(anEvent));
    await rig.delivery.run();
    const uses = await rig.toolUses.of(user_id);
    expect([...uses!.keys()].sort()).toEqual(['a', 'b']);
    expect(uses!.get('a')).toEqual({ calls: 20, p95_ms: expect.any(Number), last_hour: secondsOf(at(2, 11)) });
    expect(Math.abs(uses!.get('a')!.p95_ms! - 200)).toBeLessThan(10);
    expect(uses!.get('b')).toMatchObject({ calls: 1, last_hour: secondsOf(at(4, 10)) });
  });

  it('is not known while ClickHouse is away, and nothing for who never called', async () => {
    expect(await rig.toolUses.of(randomUUID())).toEqual(new Map());
    await rig.delivery.close();
    await clickhouse.stop();
    expect(await rig.toolUses.of(randomUUID())).toBeNull();
  });
});
