import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { Postgres } from '../../database/postgres.js';
import { Replica } from '../../usage/recording/replica.service.js';
import { isUnavailable } from '../../database/postgres-outage.js';
import { nextRefill } from '../refill-period.js';
import { CreditLeases } from './credit-leases.service.js';

const PAUSE_MS = 500;
/** A lease nobody calls with is given back after this long: soon, since until then its credits are shown as held. */
const IDLE_MS = 3_000;
/** Before a month ends nothing is kept ahead of need: an allocation does not carry over. As in `lease_credits`. */
const LAST_MINUTE_MS = 60_000;
/** Leases in one statement, whose accounts are locked together. */
const BATCH_MAX = 200;

/**
 * Keeps this replica's leases while calls use them, and gives them back after: when nobody calls, when another replica asks for them,
 * when a month ends, and when the gateway stops.
 */
@Injectable()
export class LeaseUpkeep implements OnApplicationBootstrap {
  private readonly task = new PeriodicTask('Credits', PAUSE_MS, () => this.keepUp());
  private readonly stops: (() => void)[] = [];
  /** Monotonic, ms. */
  private renewedAt = 0;

  constructor(
    private readonly leases: CreditLeases,
    private readonly replica: Replica,
    private readonly postgres: Postgres,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const giveAll = () => this.quietly(this.settle(() => true));
    this.stops.push(
      this.postgres.listen('credit_leases', { onNotification: (payload) => this.onCallBack(payload), onListening: giveAll }),
      this.postgres.listen('credit_bookings', {
        onNotification: (accountId) => this.leases.forgetAvailable(Number(accountId)),
        onListening: () => this.leases.held.forEach((lease) => lease.forgetAvailable()),
      }),
    );
    this.task.start();
  }

  /** Calls have ended by now: gives everything back. */
  async close(): Promise<void> {
    for (const stop of this.stops) stop();
    await this.task.stop();
    await this.quietly(this.settle(() => true));
    await this.quietly(this.replica.close());
  }

  /** While PostgreSQL is away, which is logged, a later turn does it. */
  private async keepUp(): Promise<void> {
    const now = this.clock.monotonic();
    try {
      if (now >= this.renewedAt + this.replica.termMs / 4) {
        await this.leases.renew();
        this.renewedAt = now;
      }
      await this.settleDue(now);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
  }

  private async settleDue(now: number): Promise<void> {
    const wallClock = new Date(this.clock.now());
    const isLastMinute = nextRefill(wallClock).getTime() - wallClock.getTime() < LAST_MINUTE_MS;
    await this.settle((lease) => isLastMinute || lease.isUnsettled || lease.usedAt < now - IDLE_MS);
  }

  private async settle(isDue: (lease: CreditLeases['held'][number]) => boolean): Promise<void> {
    const due = this.leases.held.filter(
      (lease) => isDue(lease) && (lease.unreserved > 0 || lease.isUnsettled || lease.needed === 0),
    );
    for (let from = 0; from < due.length; from += BATCH_MAX) await this.leases.settle(due.slice(from, from + BATCH_MAX));
  }

  /** Which account, and which replica asks. */
  private onCallBack(payload: string): void {
    const [accountId, replicaId] = payload.split(' ').map(Number);
    if (replicaId !== this.replica.id) void this.quietly(this.leases.callBack(accountId!));
  }

  /** What cannot be given back now is given back by a later turn, or expires. */
  private quietly(work: Promise<void>): Promise<void> {
    return work.catch(() => undefined);
  }
}
