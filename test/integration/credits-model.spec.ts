import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ACCOUNTS, CreditWorld, REPLICAS, type Step } from '../support/databases/credit-world.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

jest.setTimeout(120_000);
const replica = fc.nat(REPLICAS - 1);
const account = fc.nat(ACCOUNTS - 1);
const kind = <Kind extends string>(...kinds: Kind[]) => fc.constantFrom(...kinds);
const granted = fc.oneof(fc.integer({ min: -60, max: 60 }), fc.constant(4_000));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: kind('reserve'), replica, account, amount: fc.nat(30) }) },
  { weight: 8, arbitrary: fc.record({ kind: kind('charge'), which: fc.nat(9), share: fc.constantFrom(0, 50, 100, 100) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('abandon'), which: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('settle', 'pause', 'kill'), replica }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('gather', 'switch'), replica, account }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('grant'), replica, account, amount: granted }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('take'), replica, account, amount: fc.integer({ min: 1, max: 2_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('tier'), replica, account, tier: kind('free', 'pro') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('post', 'month') }) },
);

describe('Credits on three replicas, whatever they do and whatever becomes of them,', () => {
  let database: TestDatabase;
  let months = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('are what a model of their accounts has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const world = await CreditWorld.open(database, months);
        try {
          for (const each of steps) await world.take(each);
          await world.end();
        } finally {
          months = world.months;
          await world.close();
        }
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });
});
