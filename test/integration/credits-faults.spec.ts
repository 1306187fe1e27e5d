import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataSourceOptions, openDataSource } from '../../src/database/data-source.js';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import {
  accountWith,
  begun,
  blockAppends,
  call,
  charge,
  closeSilent,
  creditRig,
  ledgerOf,
  openAccount,
  heldOf,
  reserve,
  outboxOf,
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
    rig.upkeep.onApplicationBootstrap();
  });
  afterEach(async () => {
    proxy.restore();
    await eventually(() => call(rig, 999_999, 1));
    await settled();
    expect(await witness.audit.audit()).toMatchObject({ differenceCount: 0, totals: { held: 0 } });
  });
  afterAll(async () => {
    await rig.upkeep.close();
    await door.close();
    await proxy.stop();
    await database.drop();
  });

  /** What PostgreSQL holds and nobody needs, whatever was lost on the way, is given back, and all is posted. */
  const settled = async () => {
    await eventually(() => rig.leases.settle(rig.leases.held));
    await witness.posting.post();
  };
  const usageOf = async (accountId: number) => (await ledgerOf(witness, accountId)).filter(({ type }) => type === 'usage');

  it('are refused at once while it is cut, and again to be had when it is back', async () => {
    const accountId = await openAccount(witness);
    proxy.cut();
    const started = performance.now();
    await expect(reserve(rig, accountId, 5)).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503 });
    expect(performance.now() - started).toBeLessThan(1_000);
    proxy.restore();
    expect(await eventually(() => call(rig, accountId, 50))).toBe(50);
  });

  it('come back that were leased when it was cut in the middle and the answer is lost', async () => {
    const accountId = await openAccount(witness);
    const running = await begun(rig, accountId, 10);
    const blocker = await lockAccount(database, accountId);
    const reserving = reserve(rig, accountId, 30);
    await eventually(async () => expect(await waitingForALock(database)).toBe(1)); // the statement has reached PostgreSQL
    proxy.cut();
    await blocker.release();
    await expect(reserving).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await eventually(async () => expect(await heldOf(witness, accountId)).toBe(40));
    proxy.restore();
    await eventually(async () => expect(await heldOf(witness, accountId)).toBe(10));
    expect(await charge(rig, running, 10)).toMatchObject({ charged: 10 });
  });

  it('come back that were to be given back when it was cut, though calls go on', async () => {
    const accountId = await accountWith(witness, 64_010);
    const running = await begun(rig, accountId, 10);
    expect(await heldOf(witness, accountId)).toBe(1_010);
    proxy.cut();
    await expect(rig.leases.settle(rig.leases.held)).rejects.toThrow();
    proxy.restore();
    await eventually(async () => expect(await heldOf(witness, accountId)).toBe(10));
    expect(await charge(rig, running, 10)).toMatchObject({ charged: 10 });
  });

  it('are charged once when it is cut in the middle and the answer is lost', async () => {
    const accountId = await openAccount(witness);
    const running = await begun(rig, accountId, 5);
    const eventId = randomUUID();
    const blocker = await blockAppends(database);
    const charging = charge(rig, running, 5, eventId);
    await eventually(async () => expect(await waitingForALock(database)).toBe(1));
    proxy.cut();
    await blocker.release();
    await eventually(async () => expect(await usageOf(accountId)).toHaveLength(1)); // committed, unheard
    proxy.restore();
    expect(await charging).toMatchObject({ charged: 5 });
    expect(await usageOf(accountId)).toHaveLength(1);
    expect((await outboxOf(witness)).filter(({ id }) => id === eventId)).toHaveLength(1);
  });

  it('are charged also when their lease was lost while the charge waited for it to be back', async () => {
    const accountId = await openAccount(witness);
    const running = await begun(rig, accountId, 5);
    proxy.cut();
    const charging = charge(rig, running, 5);
    await closeSilent(rig, witness);
    expect(await heldOf(witness, accountId)).toBe(0);
    proxy.restore();
    expect(await charging).toMatchObject({ charged: 5 });
    expect(await witness.ledger.balance(accountId)).toMatchObject({ balance: 45, held: 0 });
  });

  it('are not waited for longer than seconds when it falls silent, and are charged once or not at all', async () => {
    const accountId = await openAccount(witness);
    const running = [];
    for (let count = 0; count < 10; count += 1) running.push(await begun(rig, accountId, 5));
    const eventIds = running.map(() => randomUUID());
    proxy.silence();
    const started = performance.now();
    const results = await Promise.allSettled(running.map((each, n) => charge(rig, each, 5, eventIds[n])));
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    expect(performance.now() - started).toBeLessThan(6_500);
    proxy.restore();
    await settled();
    const charged = (await usageOf(accountId)).map(({ reference }) => reference);
    expect(new Set(charged).size).toBe(charged.length);
    expect(eventIds).toEqual(expect.arrayContaining(charged));
    expect(await witness.ledger.balance(accountId)).toMatchObject({ balance: 50 - 5 * charged.length, held: 0 });
  });

  it('are said to be unavailable, and no fault of ours, when the first try alone outlasts all patience; it may still be booked', async () => {
    const accountId = await openAccount(witness);
    const running = await begun(rig, accountId, 5);
    const blocker = await blockAppends(database);
    await expect(charge(rig, running, 5)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      status: 503,
      message: 'The call has run, but it cannot be recorded right now, so it is not answered.',
    });
    await blocker.release();
    await eventually(async () => expect(await usageOf(accountId)).toHaveLength(1));
    await settled();
    expect(await witness.ledger.balance(accountId)).toMatchObject({ balance: 45, held: 0 });
  });
});

describe('Credits when gateways and PostgreSQL are killed under load', () => {
  /** So short that killed workers lose their leases while others go on. */
  const LEASE_SECONDS = 2;
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
    const work = { url, accountIds, prices: [1, 3, 2], calls: null, concurrency: 20, leaseSeconds: LEASE_SECONDS };
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
    await eventually(
      async () => {
        await rig.sweeper.sweep();
        await rig.posting.post();
        expect(await count('mcp.credit_leases WHERE amount > 0')).toBe(0);
      },
      1_000 * LEASE_SECONDS + 10_000,
    );
  }

  async function check(answered: Map<string, number>): Promise<void> {
    expect(await rig.audit.audit()).toMatchObject({
      differenceCount: 0,
      totals: { held: 0, openHolds: 0, unposted: 0 },
    });
    const events = (await outboxOf(rig)).map(({ id, credits_charged }): [string, number] => [id, credits_charged]);
    const recorded = new Map(events);
    expect(recorded.size).toBe(events.length); // none twice
    const rows = await rig.postgres.query<{ id: string; charged: number }>(
      `SELECT reference_id AS id, (-amount)::int AS charged FROM mcp.credit_ledger WHERE transaction_type = 'usage'`,
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
