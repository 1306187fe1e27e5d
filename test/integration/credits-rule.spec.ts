import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { accountWith, creditRig, setLedgerTime, type CreditRig } from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

jest.setTimeout(60_000);
const TIERS = { free: 50 };
/** Credits that a call usually costs, where none is asked for that is dearer. */
const USUAL = 1;

describe('The rule by which credits are leased', () => {
  let database: TestDatabase;
  let rig: CreditRig;

  beforeAll(async () => {
    database = await createTestDatabase();
    rig = creditRig(database.postgres);
    await setLedgerTime(rig, '2026-11-14T12:00:00Z');
  });
  afterAll(() => database.drop());

  /** What fits is granted, in order of arrival; what does not fit takes nothing. A 64th of what is left comes ahead of need. */
  const granted = (credits: number, asked: number[]) => {
    let free = credits;
    const fits = asked.map((amount) => {
      const isGranted = amount <= free;
      if (isGranted) free -= amount;
      return isGranted;
    });
    const isRich =
      free >=
      64 *
        Math.max(
          asked.reduce((sum, amount) => sum + amount, 0),
          USUAL,
        );
    const ahead = isRich ? Math.floor(free / 64) : 0;
    return { granted: fits, isActive: true, available: free - ahead, ahead, mayCome: false };
  };

  it('is that a batch is granted as if its calls had come one after the other', async () => {
    const credits = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 3, maxLength: 3 });
    const asked = fc.array(fc.array(fc.nat(60), { maxLength: 15 }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(credits, asked, async (credits, asked) => {
        const requests = [];
        for (const [place, amounts] of asked.entries()) {
          const accountId = await accountWith(rig, credits[place]!);
          requests.push({ accountId, spare: 0, usual: USUAL, callBack: true, amounts });
        }
        const answer = await rig.leasesRepository.lease(await rig.replica.currentBatch(), requests, TIERS);
        expect(answer).toEqual(asked.map((amounts, place) => granted(credits[place]!, amounts)));
      }),
      { numRuns: 40 },
    );
  });

  it('is that what is free of a lease is given back and asked for anew in one statement', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 300 }), fc.nat(300), fc.array(fc.nat(60)), async (credits, leased, asked) => {
        const accountId = await accountWith(rig, credits);
        const spare = Math.min(leased, credits);
        const request = { accountId, spare: 0, usual: credits + 1, callBack: true };
        const lease = async (spare: number, amounts: number[]) =>
          rig.leasesRepository.lease(await rig.replica.currentBatch(), [{ ...request, spare, amounts }], TIERS);
        await lease(0, [spare]);
        const expected = { ...granted(credits, asked), ahead: 0 };
        expect(await lease(spare, asked)).toMatchObject([{ granted: expected.granted }]);
      }),
      { numRuns: 30 },
    );
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
  });
});
