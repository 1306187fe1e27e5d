import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { loggerFor } from '../../common/log-contexts.js';
import type { Transaction } from '../../database/sql.js';
import { GroupCommit } from '../../common/concurrency/group-commit.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { BillingEventsRepository, type ReceivedEvent } from './billing-events.repository.js';
import type { BillingFact, BillingOutcome, SessionFact } from './billing-fact.js';
import { PackPayments } from '../pack-payments.service.js';
import { Reversals } from '../reversals/reversals.service.js';
import { StripeClient } from './stripe-client.js';
import { factOf, type StripeEvent } from './stripe-event.js';
import { Subscriptions } from '../subscriptions.service.js';

/** Most events waiting in one gateway; Stripe delivers refused ones again, for three days. */
const QUEUE_MAX = 2_000;

interface Delivery {
  event: ReceivedEvent;
  fact: BillingFact;
}

/**
 * Handles Stripe's events, which may come repeatedly, in any order, to any replica. An event and its effect are
 * committed together, and each effect is tied to its subject, so that a purchase reported by several events counts
 * once.
 */
@Injectable()
export class StripeWebhook {
  private readonly logger = loggerFor('Billing');
  /** One at a time per gateway: a wave of renewals must not take the connections that calls need. */
  private readonly deliveries = new GroupCommit<Delivery, void>({
    commit: async ([delivery]) => [await this.process(delivery!)],
    batchMax: 1,
    queueMax: QUEUE_MAX,
  });

  constructor(
    private readonly stripe: StripeClient,
    private readonly events: BillingEventsRepository,
    private readonly packs: PackPayments,
    private readonly reversals: Reversals,
    private readonly subscriptions: Subscriptions,
  ) {}

  /**
   * Resolves once the event is handled for good. Events that do not matter here are not stored.
   * @throws NOT_FOUND while billing is off, BAD_REQUEST for a body Stripe did not sign; after any other error nothing
   * has changed
   */
  async receive(body: Buffer, signature: string | undefined): Promise<void> {
    const event = this.stripe.readSigned(body, signature);
    const fact = this.read(event);
    if (!fact) return;
    const payloadHash = createHash('sha256').update(body).digest();
    await this.deliveries.submit({
      event: { id: event.id, type: event.type, objectId: event.data.object.id, payloadHash },
      fact,
    });
  }

  private read(event: StripeEvent): BillingFact | undefined {
    try {
      return factOf(event);
    } catch (cause) {
      throw new TallygateError('INTERNAL_ERROR', 'The event cannot be read.', { cause });
    }
  }

  private async process({ event, fact }: Delivery): Promise<void> {
    const outcome = await this.events.process(event, (tx) => this.apply(tx, fact, event.id));
    if (outcome) this.logger.log(`${event.type} ${event.objectId} (${event.id}): ${outcome}`);
  }

  private apply(tx: Transaction, fact: BillingFact, eventId: string): Promise<BillingOutcome> {
    switch (fact.kind) {
      case 'session':
        return this.settle(tx, fact, eventId);
      case 'refund':
        return this.reversals.refund(tx, fact, eventId);
      case 'reversal':
        return this.reversals.reverse(tx, fact, eventId);
      case 'invoicePayment':
        return this.reversals.linkInvoice(tx, fact);
      case 'invoice':
        return this.subscriptions.pay(tx, fact);
      case 'subscription':
        return this.subscriptions.update(tx, fact);
    }
  }

  private settle(tx: Transaction, fact: SessionFact, eventId: string): Promise<BillingOutcome> {
    return fact.mode === 'subscription' ? this.subscriptions.begin(tx, fact) : this.packs.settle(tx, fact, eventId);
  }
}
