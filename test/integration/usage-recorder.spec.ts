import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { Replica } from '../../src/usage/recording/replica.service.js';
import { ReplicasRepository } from '../../src/usage/recording/replicas.repository.js';
import { testConfig } from '../support/gateway/test-config.js';
import { UsageOutboxRepository } from '../../src/usage/recording/usage-outbox.repository.js';
import { UsageRecorder } from '../../src/usage/recording/usage-recorder.service.js';
import { eventually } from '../support/eventually.js';
import { TcpProxy } from '../support/databases/tcp-proxy.js';
import { createTestDatabase, openPostgres, type OpenPostgres, type TestDatabase } from '../support/databases/test-database.js';
import { anEvent } from '../support/databases/usage-rig.js';

/** Some guarantees are about waiting for seconds. */
jest.setTimeout(30_000);

describe('Recording usage', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let door: OpenPostgres;
  let recorder: UsageRecorder;

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new TcpProxy(new URL(database.url));
    door = await openPostgres(await proxy.start());
    const replicas = new ReplicasRepository(door.postgres);
    recorder = new UsageRecorder(new UsageOutboxRepository(door.postgres), replicas, new Replica(replicas, testConfig({})));
  });
  afterEach(async () => {
    proxy.restore();
    await database.dataSource.query('TRUNCATE mcp.usage_outbox');
  });
  afterAll(async () => {
    await door.close();
    await proxy.stop();
    await database.drop();
  });

  /** Asked over a connection of its own, which sees only what is committed. */
  const committed = async () => {
    const rows = await database.dataSource.query<{ body: string }[]>('SELECT body FROM mcp.usage_outbox ORDER BY tx, seq');
    return rows.map((row) => JSON.parse(row.body) as { id: string });
  };

  it('resolves only when the event is committed, whole and unchanged', async () => {
    const event = anEvent({ arguments: { text: 'quotes " \' \\ , {} \n\t 😀 NULL' }, error_message: "x' OR 1=1 --" });
    await recorder.record(event);
    expect(await committed()).toEqual([event]);
  });

  it('commits thousands of concurrent events, each once, in few statements', async () => {
    const events = Array.from({ length: 5_000 }, () => anEvent());
    const before = recorder.recorded;
    await Promise.all(events.map((event) => recorder.record(event)));
    expect(new Set((await committed()).map((row) => row.id))).toEqual(new Set(events.map((event) => event.id)));
    const [row] = await database.dataSource.query<{ statements: string }[]>(
      'SELECT count(DISTINCT tx) AS statements FROM mcp.usage_outbox',
    );
    expect(Number(row!.statements)).toBeLessThan(20);
    expect(recorder.recorded - before).toBe(5_000);
  });

  it('an event PostgreSQL cannot take fails alone', async () => {
    const poison = { ...anEvent(), created_at: 'yesterday-ish' };
    const results = await Promise.allSettled([anEvent(), poison, anEvent()].map((event) => recorder.record(event)));
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await committed()).toHaveLength(2);
    expect(recorder.ready()).toBeUndefined();
  });

  it('rejects with UNAVAILABLE while PostgreSQL is away, says so before the next tool runs, and heals by itself', async () => {
    expect(recorder.ready()).toBeUndefined();
    proxy.cut();
    const started = performance.now();
    await expect(recorder.record(anEvent())).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 });
    await expect(recorder.ready()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(performance.now() - started).toBeLessThan(2_000);
    proxy.restore();
    await eventually(() => recorder.ready());
    await recorder.record(anEvent());
    expect(await committed()).toHaveLength(1);
  });

  it('does not wait longer than some seconds for a PostgreSQL that has fallen silent', async () => {
    proxy.silence();
    const started = performance.now();
    const results = await Promise.allSettled(Array.from({ length: 10_000 }, () => recorder.record(anEvent())));
    const elapsedMs = performance.now() - started; // before the results are looked at, which takes seconds, too
    const codes = results.map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : 'none'));
    expect(new Set(codes)).toEqual(new Set(['UNAVAILABLE']));
    expect(elapsedMs).toBeLessThan(8_000);
    proxy.restore();
    await eventually(() => recorder.ready());
  });

  it('refuses at once when too many events wait, and still commits those that do', async () => {
    const blocker = new pg.Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE mcp.usage_outbox IN ACCESS EXCLUSIVE MODE');
    const event = anEvent();
    const waiting = Array.from({ length: 20_001 }, () => recorder.record(event));
    await expect(recorder.record(event)).rejects.toMatchObject({ code: 'OVERLOADED', status: 503 });
    await blocker.query('COMMIT');
    await Promise.all(waiting);
    await blocker.end();
    expect(await committed()).toHaveLength(20_001);
  });

  it('is idle once everything it was given is committed', async () => {
    const given = Promise.all(Array.from({ length: 2_500 }, () => recorder.record(anEvent())));
    await recorder.idle();
    expect(await committed()).toHaveLength(2_500);
    await given;
  });
});
