import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { accountWith, creditRig, ledgerOf, outboxOf, type CreditRig } from '../support/databases/credit-rig.js';
import { CreditWorker } from '../support/databases/credit-worker.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

/** Five processes are started for each of these. */
jest.setTimeout(60_000);
const PROCESSES = 5;

describe('Credits under five gateways', () => {
  let database: TestDatabase;
  let rig: CreditRig;

  beforeAll(async () => {
    database = await createTestDatabase();
    rig = creditRig(database.postgres);
  });
  afterAll(() => database.drop());

  /** Each makes so many calls, 50 at a time, all beginning at the same moment. */
  async function work(accountIds: number[], prices: number[], callsEach: number) {
    const options = { url: database.url, accountIds, prices, calls: callsEach, concurrency: 50, leaseSeconds: 60 };
    const workers = await CreditWorker.start(PROCESSES, options);
    await Promise.all(workers.map((worker) => worker.finished()));
    expect(workers.flatMap(({ failed }) => failed)).toEqual([]);
    return {
      answered: new Map(workers.flatMap(({ answered }) => [...answered])),
      refused: workers.flatMap(({ refused }) => refused),
    };
  }

  it('of 1 000 calls at once on an account with 300 credits exactly 300 succeed, and all books agree', async () => {
    const accountId = await accountWith(rig, 300);
    const { answered, refused } = await work([accountId], [1], 200);
    expect([answered.size, refused.length]).toEqual([300, 700]);
    expect(await rig.ledger.balance(accountId)).toMatchObject({ balance: 0, held: 0, allocation: 0, purchased: 0 });
    const usage = (await ledgerOf(rig, accountId)).filter(({ type }) => type === 'usage');
    expect(new Set(usage.map(({ reference }) => reference))).toEqual(new Set(answered.keys()));
    expect((await outboxOf(rig)).map(({ id }) => id).sort()).toEqual([...answered.keys()].sort());
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
  });

  it('of mixed prices each is served while it fits, and nothing is overspent', async () => {
    const accountId = await accountWith(rig, 1_000);
    const { answered, refused } = await work([accountId], [1, 2, 3, 5, 8, 13, 0], 200);
    const spent = [...answered.values()].reduce((sum, charged) => sum + charged, 0);
    const { balance, held } = await rig.ledger.balance(accountId);
    expect({ balance, held }).toEqual({ balance: 1_000 - spent, held: 0 });
    expect(answered.size + refused.length).toBe(1_000);
    expect(Math.min(...refused)).toBeGreaterThan(balance); // what was refused would not fit now either
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
  });

  it('batches that touch many accounts do not stand in each other’s way', async () => {
    const accountIds: number[] = [];
    for (let count = 0; count < 20; count += 1) accountIds.push(await accountWith(rig, 40));
    const { answered, refused } = await work(accountIds, [1], 400);
    expect([answered.size, refused.length]).toEqual([800, 1_200]);
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
  });
});
