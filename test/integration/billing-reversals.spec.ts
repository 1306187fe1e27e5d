import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Principal } from '../../src/auth/access/principal.js';
import { CreditSweeper } from '../../src/credits/credit-sweeper.service.js';
import { Reservation } from '../../src/credits/leases/account-lease.js';
import { withBilling, type BillingRest, type Buyer } from '../support/billing/billing-rest.js';
import { begun, charge, reserve } from '../support/databases/credit-rig.js';
import { event, failedRefund, newId, type TestEvent } from '../support/billing/stripe-events.js';
import {
  add,
  AT,
  deliver,
  disputeOf,
  notRefunded,
  paid,
  permutations,
  refunded,
  spender,
} from '../support/billing/money-back.js';

const ACCOUNTS = '/api/admin/mcp/accounts';

describe('Money that goes back', () => {
  let rest: BillingRest;
  let admin: Principal;
  withBilling((started) => (rest = started));
  beforeAll(async () => {
    admin = await rest.accounts.newUser('admin');
  });

  describe('and comes again, since a refund failed', () => {
    it('gives the credits back, in every order, and another refund takes them once more', async () => {
      for (const order of permutations(['refund', 'failure', 'next'] as const)) {
        const buyer = await spender(rest);
        const id = newId('re');
        const events = {
          refund: refunded(buyer, 500, AT),
          failure: notRefunded(buyer, id, 500, AT + 10),
          next: refunded(buyer, 200, AT + 20),
        };
        for (const kind of order) await deliver(rest, events[kind], events[kind]);
        expect({ order, ...(await rest.standing(buyer)) }).toMatchObject({ order, purchased: 20, debt: 0 });
      }
    });

    it('also when only a lower total is told', async () => {
      const buyer = await spender(rest);
      await deliver(rest, refunded(buyer, 500, AT), refunded(buyer, 100, AT + 1), refunded(buyer, 500, AT));
      expect(await rest.standing(buyer)).toMatchObject({ purchased: 40, debt: 0 });
    });

    it('is counted once, whatever events tell of it, and shown', async () => {
      const buyer = await spender(rest);
      const object = failedRefund(`pi_${buyer.sessionId}`, 250);
      const kinds = ['refund.failed', 'charge.refund.updated', 'refund.updated'];
      await deliver(rest, refunded(buyer, 250), ...kinds.map((kind, at) => event(kind, object, { created: AT + at })));
      const flags = [`Refund ${object.id} (failed): 250 usd for 100 credits`];
      expect(await rest.standing(buyer)).toEqual({ purchased: 60, debt: 0, flags });
    });
  });

  describe('after its credits were spent', () => {
    it('leaves a debt that what is bought or granted pays first, but no allocation does', async () => {
      const buyer = await spender(rest);
      const accountId = buyer.account.id;
      await deliver(rest, disputeOf(buyer)('created'));
      await rest.ledger.changeTier({ accountId, tier: 'pro', by: 'test' });
      expect(await rest.standing(buyer)).toMatchObject({ purchased: 0, debt: 40 });
      expect(await add(rest, buyer, 15)).toMatchObject({ booked: true, balance: 500 });
      expect(await rest.standing(buyer)).toMatchObject({ purchased: 0, debt: 25 });
      const next = { ...buyer, ...(await rest.buy(buyer.user, { pack: 'small' })) };
      await deliver(rest, paid(next), paid(next));
      expect(await rest.standing(buyer)).toMatchObject({ purchased: 75, debt: 0 });
    });

    it('gives back what was taken and what was paid of the debt when the dispute is won', async () => {
      const buyer = await spender(rest);
      const told = disputeOf(buyer);
      await deliver(rest, told('created'));
      await add(rest, buyer, 15);
      await deliver(rest, told('closed', 'won', AT + 1));
      expect(await rest.standing(buyer)).toEqual({ purchased: 75, debt: 0, flags: [] });
    });

    it('says in the ledger what was taken and what is owed, and to the account too', async () => {
      const buyer = await spender(rest);
      const told = disputeOf(buyer)('created');
      await deliver(rest, told);
      const { body } = await rest.accounts.get(admin, `${ACCOUNTS}/${buyer.account.id}/credit-history`);
      const entry = {
        transaction_type: 'grant',
        amount: -60,
        debt_amount: 40,
        reference_type: 'stripe_event',
        reference_id: told.id,
      };
      expect((body as { transactions: object[] }).transactions[0]).toMatchObject({ ...entry, created_by: 'stripe' });
      expect((await rest.accounts.get(buyer.user, '/api/mcp/account')).body).toMatchObject({
        credits_debt: 40,
        credits_balance: 50,
      });
    });

    it('never takes what a call holds, and collects it once the call is over', async () => {
      const buyer = await spender(rest);
      const accountId = buyer.account.id;
      const [free, charged] = [await begun(rest.calls, accountId, 70), await begun(rest.calls, accountId, 30)];
      await deliver(rest, disputeOf(buyer)('created'));
      expect(await rest.standing(buyer)).toMatchObject({ purchased: 50, debt: 90 });
      expect(await charge(rest.calls, charged, 30)).toMatchObject({ charged: 30 });
      expect(await charge(rest.calls, free, 0)).toMatchObject({ charged: 0 });
      await rest.ledger.gather(accountId);
      await rest.accounts.app.get(CreditSweeper).sweep();
      expect(await rest.standing(buyer)).toMatchObject({ purchased: 0, debt: 40 });
      expect(await rest.ledger.balance(accountId)).toMatchObject({ balance: 20, allocation: 20, held: 0 });
    });
  });

  it('marks the account for an operator, who finds it and takes the mark off, and repetitions do not set it again', async () => {
    const [buyer, other] = [await spender(rest), await spender(rest)];
    const told = disputeOf(buyer, { id: newId('dp') });
    await deliver(rest, told('created'), disputeOf(other)('created'));
    const found = async (query: string) => {
      const { body } = await rest.accounts.get(admin, `${ACCOUNTS}?page_size=100&${query}`).expect(200);
      return (body as { accounts: { id: number; flags: string[]; credits_debt: number }[] }).accounts;
    };
    const seen = (await found('is_flagged=true&sort_by=credits_debt')).find(({ id }) => id === buyer.account.id);
    expect(seen).toMatchObject({
      credits_debt: 40,
      flags: [expect.stringMatching(/^Dispute dp_\w+ \(open\): 500 usd for 100 credits$/)],
    });
    expect((await found('is_flagged=false')).map(({ id }) => id)).not.toContain(buyer.account.id);
    const { body } = await rest.accounts.delete(admin, `${ACCOUNTS}/${buyer.account.id}/flags`).expect(200);
    expect(body).toMatchObject({ flags: [], credits_debt: 40 });
    await deliver(rest, told('created'), told('funds_withdrawn'));
    expect((await rest.standing(buyer)).flags).toEqual([]);
    const history = (await rest.accounts.get(admin, `${ACCOUNTS}/${buyer.account.id}/credit-history`)).body as {
      changes: object[];
    };
    expect(history.changes).toMatchObject([{ kind: 'flag', before: expect.stringContaining('(open)'), after: '' }]);
    await deliver(rest, told('closed', 'lost', AT + 1));
    expect((await rest.standing(buyer)).flags).toEqual([expect.stringContaining('(lost)')]);
    await rest.accounts.delete(admin, `${ACCOUNTS}/999999/flags`).expect(404);
  });

  it('leaves, whatever is told, the credits that were paid for in the end: those there are less those owed', async () => {
    const step = fc.record({
      kind: fc.constantFrom('dispute 1', 'dispute 2', 'refund', 'failure', 'add', 'spend'),
      state: fc.constantFrom('created', 'won', 'lost', 'funds_withdrawn', 'funds_reinstated'),
      cents: fc.integer({ min: 1, max: 500 }),
      at: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const buyer = await rest.buyer();
        await deliver(rest, paid(buyer));
        const ids = { 'dispute 1': newId('dp'), 'dispute 2': newId('dp') };
        let other = 0;
        const events: TestEvent[] = [];
        for (const { kind, state, cents, at } of steps) {
          if (kind === 'add') other += (await add(rest, buyer, cents)) && cents;
          else if (kind === 'spend') other -= await spend(buyer, cents);
          else if (kind === 'refund') events.push(refunded(buyer, cents, AT + at));
          else if (kind === 'failure') events.push(notRefunded(buyer, newId('re'), cents, AT + at));
          else {
            const isEnd = state === 'won' || state === 'lost';
            events.push(disputeOf(buyer, { id: ids[kind] })(isEnd ? 'closed' : state, isEnd ? state : undefined, AT + at));
          }
          await deliver(rest, ...events.slice(-1));
        }
        const { purchased, debt } = await rest.standing(buyer);
        const again = await rest.buyer();
        await deliver(rest, ...events.reverse().map((one) => elsewhere(one, buyer, again)), paid(again));
        const fresh = await rest.standing(again);
        expect(purchased - debt - other).toBe(fresh.purchased - fresh.debt);
        expect(fresh.debt).toBe(0);
      }),
      { numRuns: 25 },
    );
    expect(await rest.audit()).toMatchObject({ differenceCount: 0 });
  }, 120_000);

  /** Takes from the purchased credits what there is of it, by a correction; returns how much. */
  const spend = async (buyer: Buyer, credits: number): Promise<number> => {
    const { purchased } = await rest.ledger.balance(buyer.account.id);
    const amount = Math.min(credits, purchased);
    if (amount > 0) await add(rest, buyer, -amount);
    return amount;
  };
  /** The same told of another's purchase, by another event. */
  const elsewhere = (told: TestEvent, { sessionId, purchaseId }: Buyer, other: Buyer): TestEvent => {
    const text = JSON.stringify(told).replaceAll(sessionId, other.sessionId).replaceAll(purchaseId, other.purchaseId);
    return { ...(JSON.parse(text) as TestEvent), id: newId('evt') };
  };

  it('while calls run takes nothing they hold, and every credit is accounted for', async () => {
    const buyer = await rest.buyer();
    const accountId = buyer.account.id;
    await deliver(rest, paid(buyer));
    let charged = 0;
    const calling = async (turns: number) => {
      for (let turn = 0; turn < turns; turn += 1) {
        const running = await reserve(rest.calls, accountId, 7);
        if (!(running instanceof Reservation)) continue;
        const ended = await charge(rest.calls, running, turn % 3 === 0 ? 1 : 0);
        charged += ended.charged;
      }
    };
    const disputing = async () => {
      for (let round = 0; round < 10; round += 1) {
        const told = disputeOf(buyer);
        await Promise.all([rest.deliver(told('created')), rest.deliver(told('funds_withdrawn'))]);
        await rest.accounts.app.get(CreditSweeper).sweep();
        await Promise.all([rest.deliver(told('closed', 'won', AT + 1)), rest.deliver(told('funds_reinstated', 'won', AT + 1))]);
      }
    };
    await Promise.all([...Array.from({ length: 8 }, () => calling(12)), disputing()]);
    const { balance, held } = await rest.ledger.balance(accountId);
    expect({ balance, held, charged: charged > 0, ...(await rest.standing(buyer)) }).toMatchObject({
      balance: 150 - charged,
      held: 0,
      charged: true,
      debt: 0,
      flags: [],
    });
  }, 60_000);
});
