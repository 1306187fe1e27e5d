import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Postgres } from '../database/postgres.js';
import { PeriodicTask } from '../common/concurrency/periodic-task.js';
import { BillingEventsRepository } from './stripe/billing-events.repository.js';
import { PurchasesRepository } from './purchases.repository.js';
import { ReversalsRepository } from './reversals/reversals.repository.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { Subscriptions } from './subscriptions.service.js';

/** Pause between two sweeps: the longest a tier outlives its paid period. */
const PAUSE_MS = 60_000;
/** Most rows of a kind in one statement. */
const BATCH_MAX = 500;
/** Stripe delivers an event for up to three days and lists it for thirty. */
const EVENTS_KEPT_DAYS = 90;
/** What Stripe says of a payment that bought nothing here, as far as is known: the event of its purchase may be this late. */
const UNRELATED_KEPT_DAYS = 90;
/** A checkout is open for at most a day, and the slowest payment methods take two weeks. */
const UNPAID_KEPT_DAYS = 90;

/**
 * Ends tiers whose last paid period is over, and deletes records that are no longer needed. Runs also while billing
 * is off, since tiers paid for earlier still end. Every replica sweeps; the database decides by its own clock, so
 * everything is done once.
 */
@Injectable()
export class BillingSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('Billing', PAUSE_MS, () => this.sweep());

  constructor(
    private readonly postgres: Postgres,
    private readonly subscriptions: Subscriptions,
    private readonly ending: SubscriptionsRepository,
    private readonly events: BillingEventsRepository,
    private readonly purchases: PurchasesRepository,
    private readonly reversals: ReversalsRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  /** Does everything that is due. */
  async sweep(): Promise<void> {
    for (const id of await this.ending.findEnding(BATCH_MAX)) {
      await this.postgres.transaction((tx) => this.subscriptions.end(tx, id));
    }
    await this.task.untilDone(() => this.events.deleteOld(EVENTS_KEPT_DAYS, BATCH_MAX));
    await this.task.untilDone(() => this.purchases.deleteUnpaid(UNPAID_KEPT_DAYS, BATCH_MAX));
    await this.task.untilDone(() => this.reversals.deleteUnrelated(UNRELATED_KEPT_DAYS, BATCH_MAX));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }
}
