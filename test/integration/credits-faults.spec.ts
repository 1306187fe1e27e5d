import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataSourceOptions, openDataSource } from '../../src/database/data-source.js';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import {
  accountWith,
  call,
  creditRig,
  HOLD_MS,
  ledgerOf,
  openAccount,
  outboxOf,
  settlement,
  type CreditRig,
  lockAccount,
  waitingForALock,
} from '../support/databases/credit-rig.js';
import { CreditWorker } from '../support/databases/credit-worker.js';
import { eventually } from '../support/eventually.js';
import { TcpProxy } from '../support/databases/tcp-proxy.js';
import {
  createTestDatabase,
  doorOf,
  openPostgres,
  type OpenPostgres,
  type TestDatabase,
} from '../support/databases/test-database.js';

/** Servers and processes die and come back in these. */
jest.setTimeout(120_000);

describe('Credits on a bad way to PostgreSQL', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let door: OpenPostgres;
  let rig: CreditRig;
  /** On a way of its own, which is never cut. */
  let witness: CreditRig;

  beforeAll(async () => {
    database = await createTestDatabase();
    witness = creditRig(database.postgres);
    proxy = new TcpProxy(new URL(database.url));
    door = await openPostgres(await proxy.start());
    rig = creditRig(door.postgres);
  });
  afterEach(async () => {
    proxy.restore();
    await eventually(() => rig.ledger.reserve({ eventId: randomUUID(), accountId: 999_999, amount: 0, holdMs: 1 }));
    expect(await witness.audit.audit()).toMatchObject({ differenceCount: 0 });
  });
  afterAll(async () => {
    await door.close();
    await proxy.stop();
    await database.drop();
  });

  const reserve = (accountId: number, eventId: string = randomUUID()) =>
    rig.ledger.reserve({ eventId, accountId, amount: 5, holdMs: HOLD_MS });
  const usageOf = async (accountId: number) => (await ledgerOf(witness, accountId)).filter(({ type }) => type === 'usage');

  it('are refused at once while it is cut, and again to be had when it is back', async () => {
    const accountId = await openAccount(witness);
    proxy.cut();
    const started = performance.now();
    await expect(reserve(accountId)).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 });
    expect(performance.now() - started).toBeLessThan(1_000);
    proxy.restore();
    expect(await eventually(() => reserve(accountId))).toMatchObject({ granted: true });
  });

  it('are settled once when it is cut in the middle and the answer is lost', async () => {
    const accountId = await openAccount(witness);
    const eventId = randomUUID();
    await reserve(accountId, eventId);
    const blocker = await lockAccount(database, accountId);
    const settling = rig.ledger.settle(settlement(eventId, accountId, 5));
    await eventually(async () => expect(await waitingForALock(database)).toBe(1)); // the statement has reached PostgreSQL
    proxy.cut();
    await blocker.release();
    await eventually(async () => expect(await usageOf(accountId)).toHaveLength(1)); // committed, unheard
    proxy.restore();
    expect(await settling).toEqual({ charged: 5, remaining: 45 });
    expect(await usageOf(accountId)).toHaveLength(1);
    expect((await outboxOf(witness)).filter(({ id }) => id === eventId)).toHaveLength(1);
  });

  it('are charged also when their hold expired while the settlement waited for it to be back', async () => {
    const accountId = await openAccount(witness);
    const eventId = randomUUID();
    await rig.ledger.reserve({ eventId, accountId, amount: 5, holdMs: 1 });
    proxy.cut();
    const settling = rig.ledger.settle(settlement(eventId, accountId, 5));
    await eventually(async () => {
      await witness.sweeper.sweep();
      expect((await witness.ledger.balance(accountId)).held).toBe(0);
    });
    proxy.restore();
    expect(await settling).toEqual({ charged: 5, remaining: 45 });
  });

  it('are not waited for longer than seconds when it falls silent, and are settled once or not at all', async () => {
    const accountId = await openAccount(witness);
    const eventIds = Array.from({ length: 10 }, () => randomUUID());
    for (const eventId of eventIds) await reserve(accountId, eventId);
    proxy.silence();
    const started = performance.now();
    const results = await Promise.allSettled(eventIds.map((eventId) => rig.ledger.settle(settlement(eventId, accountId, 5))));
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    expect(performance.now() - started).toBeLessThan(6_500);
    proxy.restore();
    const again = await Promise.all(eventIds.map((eventId) => witness.ledger.settle(settlement(eventId, accountId, 5))));
    expect(again.map(({ charged }) => charged)).toEqual(Array(10).fill(5));
    expect(await usageOf(accountId)).toHaveLength(10);
  });

  it('are said to be unavailable, and no fault of ours, when the first try alone outlasts all patience; it may still be booked', async () => {
    const accountId = await openAccount(witness);
    const eventId = randomUUID();
    await reserve(accountId, eventId);
    const blocker = await lockAccount(database, accountId);
    await expect(rig.ledger.settle(settlement(eventId, accountId, 5))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      status: 503,
      message: 'The call has run, but it cannot be recorded right now, so it is not answered.',
    });
    await blocker.release();
    await eventually(async () => expect(await usageOf(accountId)).toHaveLength(1));
  });
});

describe('Credits when gateways and PostgreSQL are killed under load', () => {
  /** So short that holds of killed workers expire while others go on. */
  const SHORT_HOLD_MS = 2_000;
  const KILLS = 8;
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-credits-'));
  const postgres = new EmbeddedPostgres(folder);
  let url: string;
  let door: OpenPostgres;
  let rig: CreditRig;

  beforeAll(async () => {
    ({ url } = await postgres.start());
    door = doorOf(await openDataSource(dataSourceOptions(url, [])));
    rig = creditRig(door.postgres);
  });
  afterAll(async () => {
    await door.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The moment of a kill is when this many more calls are answered: random, and never in an idle moment. */
  const someMore = () => 20 + Math.floor(Math.random() * 400);

  it('what was answered is booked and recorded once, what was not at most once, and nothing stays held', async () => {
    const accountIds = [await accountWith(rig, 200_000), await accountWith(rig, 200_000), await accountWith(rig, 500)];
    const work = { url, accountIds, prices: [1, 3, 2], calls: null, concurrency: 20, holdMs: SHORT_HOLD_MS };
    const all = await CreditWorker.start(3, work);
    const alive = [...all];
    const answered = () => all.reduce((sum, worker) => sum + worker.answered.size, 0);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const until = answered() + someMore();
      await eventually(() => expect(answered()).toBeGreaterThan(until), 30_000);
      if (kill % 2) await killPostgres();
      else {
        await alive.shift()!.kill();
        const [worker] = await CreditWorker.start(1, work);
        all.push(worker!);
        alive.push(worker!);
      }
      await eventually(() => rig.sweeper.sweep(), 30_000);
    }
    await Promise.all(alive.map((worker) => worker.finish()));
    await sweepUntilNothingIsHeld();
    await check(new Map(all.flatMap((worker) => [...worker.answered])));
    expect(await call(rig, accountIds[0]!, 1)).toBe(1);
  });

  /** `kill -9` of the server; its children notice and end. It comes back on its port and recovers. */
  async function killPostgres(): Promise<void> {
    const pid = Number(readFileSync(join(postgres.folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    await eventually(() => expect(isAlive(pid)).toBe(false));
    await eventually(() => postgres.start(Number(new URL(url).port)), 30_000);
  }

  async function sweepUntilNothingIsHeld(): Promise<void> {
    await eventually(async () => {
      await rig.sweeper.sweep();
      expect(await count("mcp.credit_holds WHERE state = 'open'")).toBe(0);
    }, SHORT_HOLD_MS + 5_000);
  }

  async function check(answered: Map<string, number>): Promise<void> {
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0, totals: { held: 0, openHolds: 0 } });
    const events = (await outboxOf(rig)).map(({ id, credits_charged }): [string, number] => [id, credits_charged]);
    const recorded = new Map(events);
    expect(recorded.size).toBe(events.length); // none twice
    const rows = await rig.postgres.query<{ id: string; charged: number }>(
      `SELECT reference_id AS id, (-amount)::int AS charged FROM mcp.user_credit_transactions WHERE transaction_type = 'usage'`,
    );
    const booked = new Map(rows.map(({ id, charged }) => [id, charged]));
    expect(booked.size).toBe(rows.length);
    const wrong = [...answered].filter(([id, charged]) => recorded.get(id) !== charged || (booked.get(id) ?? 0) !== charged);
    expect(wrong).toEqual([]);
    expect([...recorded].filter(([id, charged]) => (booked.get(id) ?? 0) !== charged)).toEqual([]);
    expect([...booked.keys()].filter((id) => !recorded.has(id))).toEqual([]);
    expect(answered.size).toBeGreaterThan(KILLS * 20);
  }

  async function count(what: string): Promise<number> {
    const [row] = await rig.postgres.query<{ count: string }>(`SELECT count(*) FROM ${what}`);
    return Number(row!.count);
  }
});

/** Until its parent has heard of its end, a dead process still looks alive to `pg_ctl`. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH
  }
}
