import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Postgres } from '../database/postgres.js';
import { PeriodicTask } from '../common/periodic-task.js';
import { BillingEventsRepository } from './stripe/billing-events.repository.js';
import { PurchasesRepository } from './purchases.repository.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { Subscriptions } from './subscriptions.service.js';

/** Pause between two sweeps: a tier may outlive its paid period by so long. */
const PAUSE_MS = 60_000;
/** Rows of a kind in one sweep; what is left waits for the next. */
const BATCH_MAX = 500;
/** Stripe delivers for three days and shows events for thirty. */
const EVENTS_KEPT_DAYS = 90;
/** A checkout is open for a day at most, and the slowest ways to pay take two weeks. */
const UNPAID_KEPT_DAYS = 90;

/**
 * Ends tiers whose last paid period is over, and forgets what nobody needs any more. Also while billing is off, since what was
 * paid before still ends. Every replica sweeps; the database decides by its own clock, so any number of them do it once.
 */
@Injectable()
export class BillingSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask('BillingSweeper', PAUSE_MS, () => this.sweep());

  constructor(
    private readonly postgres: Postgres,
    private readonly subscriptions: Subscriptions,
    private readonly ending: SubscriptionsRepository,
    private readonly events: BillingEventsRepository,
    private readonly purchases: PurchasesRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  /** Does what is due now. */
  async sweep(): Promise<void> {
    for (const id of await this.ending.findEnding(BATCH_MAX)) {
      await this.postgres.transaction((tx) => this.subscriptions.end(tx, id));
    }
    await this.events.deleteOld(EVENTS_KEPT_DAYS, BATCH_MAX);
    await this.purchases.deleteUnpaid(UNPAID_KEPT_DAYS, BATCH_MAX);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }
}
