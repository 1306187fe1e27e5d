import { describe, expect, it } from '@jest/globals';
import { withBilling, type BillingRest } from '../support/billing/billing-rest.js';
import { AT, deliver, disputeOf, paid, permutations, refunded, spender } from '../support/billing/money-back.js';
import { daysFromNow, dispute, event, invoicePayment, newId, paidInvoice } from '../support/billing/stripe-events.js';
import { setLedgerTime } from '../support/databases/credit-rig.js';

describe('A dispute', () => {
  let rest: BillingRest;
  withBilling((started) => (rest = started));

  const ENDS = [
    ['lost', ['created', 'funds_withdrawn', 'closed'], { purchased: 0, debt: 40 }],
    ['won', ['created', 'funds_withdrawn', 'closed'], { purchased: 60, debt: 0 }],
    ['won', ['created', 'closed', 'funds_reinstated'], { purchased: 60, debt: 0 }],
    ['lost', ['closed'], { purchased: 0, debt: 40 }],
    ['won', ['closed'], { purchased: 60, debt: 0 }],
    ['needs_response', ['funds_withdrawn'], { purchased: 0, debt: 40 }],
  ] as const;

  it.each(ENDS)(
    'that ends as %s comes to the same in every order of %j, each told twice',
    async (end, kinds, standing) => {
      for (const order of permutations<string>(kinds)) {
        const buyer = await spender(rest);
        const told = disputeOf(buyer);
        const events = order.map((kind) =>
          told(kind, kind === 'closed' ? end : undefined, AT + (kinds as readonly string[]).indexOf(kind)),
        );
        await deliver(rest, ...events.flatMap((one) => [one, one]), ...events);
        // As other events that tell the same.
        await deliver(
          rest,
          ...order.map((kind) =>
            told(kind, kind === 'closed' ? end : undefined, AT + (kinds as readonly string[]).indexOf(kind)),
          ),
        );
        const { flags, ...rest_ } = await rest.standing(buyer);
        expect({ order, ...rest_, flagged: flags.length }).toEqual({ order, ...standing, flagged: end === 'won' ? 0 : 1 });
      }
    },
    60_000,
  );

  it.each([
    ['lost', 0],
    ['won', 100],
  ] as const)(
    'that is %s counts also when it is told before its payment',
    async (end, purchased) => {
      for (const order of permutations(['created', 'closed', 'paid'] as const)) {
        const buyer = await rest.buyer();
        const told = disputeOf(buyer);
        const events = { created: told('created'), closed: told('closed', end, AT + 1), paid: paid(buyer) };
        for (const kind of order) await deliver(rest, events[kind], events[kind]);
        expect({ order, ...(await rest.standing(buyer)) }).toMatchObject({ order, purchased, debt: 0 });
      }
    },
    60_000,
  );

  it('takes nothing while it is only an inquiry, but is shown, until it is dropped', async () => {
    const buyer = await spender(rest);
    const told = disputeOf(buyer, { id: 'dp_asked' });
    await deliver(rest, told('created', 'warning_needs_response'));
    const flags = ['Dispute dp_asked (inquiry): 500 usd for 100 credits'];
    expect(await rest.standing(buyer)).toEqual({ purchased: 60, debt: 0, flags });
    await deliver(rest, told('closed', 'warning_closed', AT + 1));
    expect(await rest.standing(buyer)).toEqual({ purchased: 60, debt: 0, flags: [] });
    await deliver(rest, told('funds_withdrawn', 'needs_response', AT + 2));
    expect(await rest.standing(buyer)).toMatchObject({ purchased: 0, debt: 40 });
  });

  it('and by another of the same charge takes no more than was bought; what is won of it comes back', async () => {
    const buyer = await spender(rest);
    const [one, other] = [disputeOf(buyer, { amount: 300 }), disputeOf(buyer, { amount: 300 })];
    await deliver(rest, one('created'));
    expect(await rest.standing(buyer)).toMatchObject({ purchased: 0, debt: 0 });
    await deliver(rest, other('created'));
    expect(await rest.standing(buyer)).toMatchObject({ purchased: 0, debt: 40 });
    await deliver(rest, one('closed', 'won', AT + 1));
    expect(await rest.standing(buyer)).toMatchObject({ purchased: 0, debt: 0 });
    await deliver(rest, other('closed', 'won', AT + 1));
    expect(await rest.standing(buyer)).toMatchObject({ purchased: 60, debt: 0, flags: [] });
  });

  it('after a partial refund, or before one, takes both together, and gives back only its own', async () => {
    const [first, second] = [await spender(rest), await spender(rest)];
    for (const buyer of [first, second]) {
      const told = disputeOf(buyer);
      const going = [refunded(buyer, 100), told('created', 'needs_response', AT + 1)];
      await deliver(rest, ...(buyer === first ? going : going.reverse()));
      expect(await rest.standing(buyer)).toMatchObject({ purchased: 0, debt: 40 });
      await deliver(rest, told('closed', 'won', AT + 2));
      expect(await rest.standing(buyer)).toMatchObject({ purchased: 40, debt: 0 });
    }
  });

  it('in another currency moves nothing and is shown', async () => {
    const buyer = await spender(rest);
    const strange = disputeOf(buyer, { currency: 'jpy' })('created');
    await deliver(rest, strange);
    expect(await rest.outcomes(strange)).toEqual(['mismatch']);
    expect(await rest.standing(buyer)).toMatchObject({ purchased: 60, flags: [expect.stringContaining('jpy')] });
  });

  it('of something that was not bought here is kept for ninety days, in case its payment is told of late', async () => {
    const foreign = event('charge.dispute.created', dispute(newId('pi')));
    const ours = await spender(rest);
    await deliver(rest, foreign, disputeOf(ours, { id: 'dp_ours' })('created'));
    expect(await rest.outcomes(foreign)).toEqual(['unknown']);
    const kept = () =>
      rest.rows<{ id: string }>('SELECT id FROM mcp.billing_reversals WHERE id = ANY ($1)', [foreign.data.object.id, 'dp_ours']);
    await rest.sweep();
    expect(await kept()).toHaveLength(2);
    await setLedgerTime(rest.accounts.database, new Date(daysFromNow(91) * 1_000).toISOString());
    await rest.sweep().finally(() => setLedgerTime(rest.accounts.database, new Date().toISOString()));
    expect(await kept()).toEqual([{ id: 'dp_ours' }]);
  });

  it('of a subscription’s invoice moves no credits and is shown, in every order, until it is won', async () => {
    for (const order of permutations(['invoice', 'payment', 'dispute'] as const)) {
      const buyer = await rest.buyer({ tier: 'pro' });
      const [invoice, intent] = [newId('in'), newId('pi')];
      const object = dispute(intent, { amount: 1_500 });
      const events = {
        invoice: event('invoice.paid', paidInvoice({ id: newId('sub'), ...buyer }, daysFromNow(30), { id: invoice })),
        payment: event('invoice_payment.paid', invoicePayment(invoice, intent)),
        dispute: event('charge.dispute.created', object, { created: AT }),
      };
      for (const kind of order) await deliver(rest, events[kind], events[kind]);
      const flags = [`Dispute ${object.id} (open): 1500 usd for the subscription to pro`];
      expect({ order, ...(await rest.standing(buyer)) }).toEqual({ order, purchased: 0, debt: 0, flags });
      expect(await rest.tier(buyer)).toBe('pro');
      await deliver(rest, event('charge.dispute.closed', { ...object, status: 'won' }, { created: AT + 1 }));
      expect((await rest.standing(buyer)).flags).toEqual([]);
    }
  });
});
