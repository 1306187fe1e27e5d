import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { CreditRepository } from '../../src/credits/credit.repository.js';
import { accountWith, creditRig, HOLD_MS, settlement, type CreditRig } from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';

jest.setTimeout(60_000);
const TIERS = { free: 50 };

describe('The rules of credits', () => {
  let database: TestDatabase;
  let rig: CreditRig;

  beforeAll(async () => {
    database = await createTestDatabase();
    rig = creditRig(database.postgres);
  });
  afterAll(async () => {
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0 });
    await database.drop();
  });

  /** What fits is granted, in order of arrival; what does not fit takes nothing. */
  const granted = (credits: number[], asked: { account: number; amount: number }[]) => {
    const free = [...credits];
    return asked.map(({ account, amount }) => {
      const fits = amount <= free[account]!;
      if (fits) free[account]! -= amount;
      return { isGranted: fits, isActive: true, available: free[account]! };
    });
  };

  it('a batch is granted as if its calls had come one after the other', async () => {
    const credits = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 3 });
    const asked = fc.array(fc.record({ account: fc.nat(2), amount: fc.nat(60) }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(credits, asked, async (credits, asked) => {
        const accountIds: number[] = [];
        for (const amount of credits) accountIds.push(await accountWith(rig, amount));
        const requests = asked.map(({ account, amount }) => {
          return { eventId: randomUUID(), accountId: accountIds[account]!, amount, holdMs: HOLD_MS };
        });
        expect(await new CreditRepository(database.postgres).reserve(requests, TIERS)).toMatchObject(granted(credits, asked));
      }),
      { numRuns: 60 },
    );
  });

  it('whatever is reserved, settled, released and granted, the account has what its model has', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('reserve' as const), amount: fc.nat(30) }),
      fc.record({ kind: fc.constant('settle' as const), which: fc.nat(9), share: fc.nat(100) }),
      fc.record({ kind: fc.constant('grant' as const), amount: fc.integer({ min: -40, max: 40 }).filter((n) => n !== 0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const accountId = await accountWith(rig, 50);
        const model = new Model();
        for (const one of steps) await take(one, accountId, model);
        expect(await rig.ledger.balance(accountId)).toMatchObject(model.state());
      }),
      { numRuns: 60 },
    );
  });

  type Step =
    { kind: 'reserve'; amount: number } | { kind: 'settle'; which: number; share: number } | { kind: 'grant'; amount: number };

  async function take(step: Step, accountId: number, model: Model): Promise<void> {
    if (step.kind === 'reserve') {
      const eventId = randomUUID();
      const { granted } = await rig.ledger.reserve({ eventId, accountId, amount: step.amount, holdMs: HOLD_MS });
      expect(granted).toBe(model.reserve(eventId, step.amount));
    } else if (step.kind === 'settle') {
      const [eventId, amount] = model.open[step.which % (model.open.length || 1)] ?? [];
      if (eventId === undefined) return;
      const charge = Math.round((amount! * step.share) / 100);
      model.settle(eventId, charge);
      expect(await rig.ledger.settle(settlement(eventId, accountId, charge))).toEqual({
        charged: charge,
        remaining: model.available,
      });
    } else {
      const granting = rig.ledger.grant({ accountId, amount: step.amount, reason: 'test', by: 'test' });
      if (model.grant(step.amount)) expect(await granting).toMatchObject({ booked: true, available: model.available });
      else await expect(granting).rejects.toMatchObject({ code: 'CONFLICT' });
    }
  }
});

/** An account as product.md describes it: spending takes the allocation first, a correction purchased credits. */
class Model {
  open: [eventId: string, amount: number][] = [];
  private allocation = 50;
  private purchased = 0;

  get available(): number {
    return this.allocation + this.purchased - this.held;
  }

  reserve(eventId: string, amount: number): boolean {
    if (amount > this.available) return false;
    this.open.push([eventId, amount]);
    return true;
  }

  settle(eventId: string, charge: number): void {
    this.open = this.open.filter(([id]) => id !== eventId);
    const fromAllocation = Math.min(charge, this.allocation);
    this.allocation -= fromAllocation;
    this.purchased -= charge - fromAllocation;
  }

  grant(amount: number): boolean {
    if (this.available + amount < 0) return false;
    const purchased = Math.max(this.purchased + amount, 0);
    this.allocation += this.purchased + amount - purchased;
    this.purchased = purchased;
    return true;
  }

  state() {
    const { allocation, purchased, held, available } = this;
    return { balance: allocation + purchased, allocation, purchased, held, available };
  }

  private get held(): number {
    return this.open.reduce((sum, [, amount]) => sum + amount, 0);
  }
}
