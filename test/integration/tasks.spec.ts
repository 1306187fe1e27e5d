import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { CatalogTool } from '../../src/tools/catalog/catalog-tool.js';
import type { ServerTask } from '../../src/tools/source/server-task.js';
import type { TaskEnd, Tool } from '../../src/tools/source/tool-source.js';
import { TasksRepository } from '../../src/tools/tasks/tasks.repository.js';
import { Tasks } from '../../src/tools/tasks/tasks.service.js';
import { eventually } from '../support/eventually.js';
import { accountWith, heldOf, type CreditRig } from '../support/databases/credit-rig.js';
import { testConfig } from '../support/gateway/test-config.js';
import { answer, database, metering, requestFor, rigs, state } from '../support/gateway/metered-tools.js';

const PRICE = 7;
const serverId = randomUUID();
const TTL_MS = 60_000;

beforeAll(async () => {
  await database.dataSource.query(
    `INSERT INTO mcp.servers (id, name, pool, template_name, config, metadata) VALUES ($1, 'up', 'up', 'up', '', '{}')`,
    [serverId],
  );
});

const entry = (tasks: 'on_create' | 'on_complete' = 'on_complete'): CatalogTool => {
  const tool = { name: 'up__job', tableName: '', charge: { tool_errors: false, cancelled: false, tasks } } as Tool;
  return { tool, source: 'up', price: PRICE, checkArguments: () => undefined, spanName: '', listing: '' };
};
const DONE: TaskEnd = { result: answer };

/** The tasks of one replica. */
function replica(rig: CreditRig) {
  const { meter, observer, clock } = metering(rig, testConfig({}));
  return { tasks: new Tasks(new TasksRepository(rig.postgres), meter, observer, clock), meter, clock };
}

describe('a task', () => {
  const { userId, apiKey } = {
    userId: randomUUID(),
    apiKey: { id: randomUUID(), name: 'k', allowedTools: null, rateLimitPerHour: null },
  };
  const owner = { userId, apiKey, role: 'user' as const, scopes: new Set(['tools:call' as const]) };
  let tasksOfServer = 0;
  const begun = (ttlMs: number | null = TTL_MS) => ({
    source: 'up',
    toolName: 'job',
    serverId,
    serverTaskId: `t-${(tasksOfServer += 1)}`,
    sessionId: 's',
    form: 'flat' as const,
    ttlMs,
  });
  const begin = async (): Promise<ServerTask> => {
    const { tasks } = replica(rigs[0]!);
    return (await tasks.find(owner, await tasks.begin(owner, begun())))!;
  };
  const ended = async (accountId: number, task: ServerTask, rig = rigs[0]!, end: TaskEnd = DONE) =>
    replica(rig).tasks.end(task, requestFor(entry(), { accountId }), end);

  const endOf = async ({ id }: ServerTask): Promise<unknown> => (await replica(rigs[0]!).tasks.find(owner, id))?.ended;

  it('is found by the key that made it and those it is rotated to, on any replica, and by nobody else', async () => {
    const task = await begin();
    expect(task).toMatchObject({ source: 'up', toolName: 'job', serverId, serverTaskId: 't-1', sessionId: 's', form: 'flat' });
    const { tasks } = replica(rigs[1]!);
    const rotated = { ...owner, apiKey: { ...apiKey, id: randomUUID(), lineage: apiKey.id } };
    expect((await tasks.find(rotated, task.id))?.id).toBe(task.id);
    for (const other of [
      { ...owner, apiKey: { ...apiKey, id: randomUUID() } },
      { ...owner, apiKey: undefined as never },
    ])
      expect(await tasks.find(other, task.id)).toBeUndefined();
    for (const id of ['', 't-1', `${task.id}0`, "'; DROP TABLE mcp.tasks"]) expect(await tasks.find(owner, id)).toBeUndefined();
  });

  it('is forgotten when its server gives the same id again, which means another one now, but for another session', async () => {
    const { tasks } = replica(rigs[0]!);
    const first = { ...begun(), serverTaskId: 'again' };
    const [old, elsewhere, now] = [
      await tasks.begin(owner, first),
      await tasks.begin(owner, { ...first, sessionId: 'another' }),
      await tasks.begin({ ...owner, userId: randomUUID() }, first),
    ];
    expect((await Promise.all([old, elsewhere].map((id) => tasks.find(owner, id)))).map((task) => task?.id)).toEqual([
      undefined,
      elsewhere,
    ]);
    expect(now).not.toBe(old);
  });

  it('is charged once for its end, however many hear of it at once on however many replicas', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const task = await begin();
    const heard = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => ended(accountId, task, rigs[n % 2])));
    expect(heard.filter((one) => one.status === 'fulfilled' && one.value !== undefined)).toHaveLength(1);
    for (const one of heard) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'CONFLICT' });
    expect(await state(accountId)).toEqual({ balance: 50 - PRICE, held: 0, charges: 1 });
    expect(await ended(accountId, task, rigs[1])).toBeUndefined();
    expect(await state(accountId)).toEqual({ balance: 50 - PRICE, held: 0, charges: 1 });
  });

  it('is not charged again where a replica died after the charge and before it could say so', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const task = await begin();
    await ended(accountId, task);
    await database.dataSource.query(`UPDATE mcp.tasks SET ended = NULL, ending_at = now() - interval '2 minutes' WHERE id = $1`, [
      task.id,
    ]);
    expect(await ended(accountId, task, rigs[1])).toBeUndefined();
    expect(await state(accountId)).toEqual({ balance: 50 - PRICE, held: 0, charges: 1 });
    expect(await endOf(task)).toBe('charged');
  });

  it('is charged by the next who hears of it where a replica died before the charge, or slept over it', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const task = await begin();
    const { tasks, meter } = replica(rigs[0]!);
    const settle = meter.settle.bind(meter);
    let wakeUp = () => {};
    const isAwake = new Promise<void>((resolve) => (wakeUp = resolve));
    jest.spyOn(meter, 'settle').mockImplementationOnce(async (...call) => isAwake.then(() => settle(...call)));
    const sleeping = tasks.end(task, requestFor(entry(), { accountId }), DONE);
    await eventually(async () => expect(await heldOf(rigs[0]!, accountId)).toBe(PRICE));
    await database.dataSource.query(`UPDATE mcp.tasks SET ending_at = now() - interval '2 minutes' WHERE id = $1`, [task.id]);
    expect((await ended(accountId, task, rigs[1]))?.json.usage).toContain(`"credits_charged":${PRICE}`);
    wakeUp();
    expect(await sleeping).toBeUndefined();
    expect(await state(accountId)).toEqual({ balance: 50 - PRICE, held: 0, charges: 1 });
  });

  it('gives the turn back when its end cannot be recorded', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const task = await begin();
    const { tasks, meter } = replica(rigs[0]!);
    jest.spyOn(meter, 'settle').mockRejectedValueOnce(new Error('away'));
    await expect(tasks.end(task, requestFor(entry(), { accountId }), DONE)).rejects.toThrow('away');
    expect((await ended(accountId, task, rigs[1]))?.json.usage).toContain(`"credits_charged":${PRICE}`);
    expect(await state(accountId)).toEqual({ balance: 50 - PRICE, held: 0, charges: 1 });
  });

  it.each<[string, TaskEnd]>([
    ['cancelled', { isCancelled: true }],
    ['failed', { error: Object.assign(new Error('no'), { code: -32603 }) as never }],
    ['a failure of the tool', { result: { ...answer, isError: true } }],
  ])('is charged, once, for a result that its server gives after an end that was free: %s', async (_, free) => {
    const accountId = await accountWith(rigs[0]!, 50);
    const task = await begin();
    expect((await ended(accountId, task, rigs[0], free))?.json.usage).toContain('"credits_charged":0');
    expect(await endOf(task)).toBe('free');
    expect(await ended(accountId, task, rigs[1], free)).toBeUndefined();
    expect((await ended(accountId, task, rigs[1]))?.json.usage).toContain(`"credits_charged":${PRICE}`);
    for (const end of [DONE, free]) expect(await ended(accountId, task, rigs[0], end)).toBeUndefined();
    expect(await endOf(task)).toBe('charged');
    expect(await state(accountId)).toEqual({ balance: 50 - PRICE, held: 0, charges: 1 });
  });

  it('tells of an end that costs nothing to a caller without credits', async () => {
    const accountId = await accountWith(rigs[0]!, 0);
    for (const end of [{ isCancelled: true } as const, { result: { ...answer, isError: true } }])
      expect((await ended(accountId, await begin(), rigs[0], end))?.json.usage).toContain('"credits_charged":0');
  });

  it('keeps its end for a caller without credits until they have some', async () => {
    const accountId = await accountWith(rigs[0]!, PRICE - 1);
    const task = await begin();
    await expect(ended(accountId, task)).rejects.toMatchObject({ code: 'INSUFFICIENT_CREDITS' });
    await rigs[0]!.ledger.grant({ accountId, amount: 1, reason: 'test', by: 'test' });
    expect((await ended(accountId, task, rigs[1]))?.json.usage).toContain(`"credits_charged":${PRICE}`);
  });

  it.each<[string, TaskEnd, string]>([
    ['cancelled', { isCancelled: true }, 'CANCELLED'],
    ['broken', { error: Object.assign(new Error('no'), { code: -32603 }) as never }, 'BACKEND_ERROR'],
  ])('costs nothing when it was %s, and says why', async (_, end, errorCode) => {
    const accountId = await accountWith(rigs[0]!, 50);
    expect((await ended(accountId, await begin(), rigs[0], end))?.errorCode).toBe(errorCode);
    expect(await state(accountId)).toEqual({ balance: 50, held: 0, charges: 0 });
  });

  it('has one time in every record of its end, when it was made, and lasts until the end: a record made twice is one', async () => {
    const accountId = await accountWith(rigs[0]!, 50);
    const { id } = await begin();
    await database.dataSource.query(`UPDATE mcp.tasks SET created_at = created_at - interval '1 hour' WHERE id = $1`, [id]);
    const task = (await replica(rigs[0]!).tasks.find(owner, id))!;
    for (const rig of rigs) {
      await ended(accountId, task, rig, { isCancelled: true });
      await database.dataSource.query('UPDATE mcp.tasks SET ended = NULL WHERE id = $1', [id]); // as if it had died before
    }
    const records = await database.dataSource.query<{ id: string; created_at: string; duration_ms: number }[]>(
      `SELECT body->>'id' AS id, body->>'created_at' AS created_at, (body->>'duration_ms')::float AS duration_ms
       FROM (SELECT body::jsonb AS body FROM mcp.usage_outbox) AS outbox WHERE right(body->>'id', 20) = right($1, 20)`,
      [id],
    );
    expect(records).toHaveLength(2);
    expect(new Set(records.map((record) => record.id)).size).toBe(1);
    for (const { created_at: at, duration_ms: lasted } of records) {
      expect(at).toBe(task.createdAt.toISOString());
      expect(lasted).toBeGreaterThanOrEqual(3_600_000);
    }
  });

  it('is forgotten when it has expired, when a caller has a thousand newer ones, and with its server', async () => {
    const { tasks } = replica(rigs[0]!);
    const [expired, oldest] = [await begin(), await begin()];
    await database.dataSource.query(`UPDATE mcp.tasks SET expires_at = now() - interval '1 s' WHERE id = $1`, [expired.id]);
    expect(await tasks.find(owner, expired.id)).toBeUndefined();
    await database.dataSource.query(
      `INSERT INTO mcp.tasks (id, caller, source, tool_name, server_id, server_task_id, form, created_at, expires_at)
       SELECT gen_random_uuid(), $1, 'up', 'job', $2, 't', 'flat', now() + n * interval '1 ms', now() + interval '1 h'
       FROM generate_series(1, 999) AS n`,
      [apiKey.id, serverId],
    );
    expect((await tasks.find(owner, oldest.id))?.id).toBe(oldest.id);
    await tasks.begin(owner, begun(null));
    expect(await tasks.find(owner, oldest.id)).toBeUndefined();
    const pages = await tasks.list(owner, { form: 'flat', limit: 2 });
    const [, last] = pages;
    expect((await tasks.list(owner, { form: 'flat', limit: 2, after: last!.id })).map(({ id }) => id)).not.toContain(last!.id);
    await database.dataSource.query('DELETE FROM mcp.servers WHERE id = $1', [serverId]);
    expect(await tasks.list(owner, { form: 'flat', limit: 2 })).toEqual([]);
  });
});
