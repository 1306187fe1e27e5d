import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { endedWithin } from '../../common/concurrency/deadline.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { loggerFor } from '../../common/log-contexts.js';
import { NetworkRules } from '../../common/network/network-rules.js';
import { AppConfig } from '../../config/app-config.js';
import { webhookName, type NoticeSettings } from '../../config/notices-config.js';
import { UserWebhooks } from '../alerts/user-webhooks.service.js';
import { Tally } from '../../telemetry/tally.js';
import { DeliveriesRepository, type Room, type TakenDelivery } from '../outbox/deliveries.repository.js';
import { UserDeliveriesRepository } from '../outbox/user-deliveries.repository.js';
import { Recipients, type Recipient } from '../outbox/recipients.js';
import { DeliveryLane } from './delivery-lane.js';
import { MailSender } from './mail-sender.js';
import { pauseAfter, type Outcome } from './retry-plan.js';
import { WebhookSender } from './webhook-sender.js';

/** Pause between two looks for what is due; what this replica writes down is delivered at once. */
const TICK_MS = 1_000;
/** Attempts at once of one webhook, or of all mail. */
const AT_ONCE = 4;
/** Of all users' endpoints together; of each one at once. */
const USERS_AT_ONCE = 16;
/** Beyond an attempt's own limit, before another replica takes it that its sender has died. */
const TAKEN_EXTRA_MS = 5_000;
/** Mail servers answer slowly on purpose: an attempt has so many times as long as one at a webhook. */
const MAIL_PATIENCE = 3;
/** How long a shutdown waits for attempts under way. */
const FINISH_MS = 2_000;

/**
 * Delivers notices, each at least once, with the same id at each attempt. Every replica does; the database gives each delivery to one
 * of them at a time. A webhook that is away or slow has a lane of its own and keeps no other waiting.
 */
@Injectable()
export class NoticeDelivery implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly sent = new Tally('tallygate_notices_total', 'Attempts to deliver notices', ['kind', 'channel', 'outcome']);
  private readonly logger = loggerFor('Notices');
  private readonly settings: NoticeSettings;
  private readonly task = new PeriodicTask('Notices', TICK_MS, () => this.takeDue());
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private readonly lanes: DeliveryLane[];

  constructor(
    { values }: AppConfig,
    private readonly deliveries: DeliveriesRepository,
    private readonly ofUsers: UserDeliveriesRepository,
    private readonly recipients: Recipients,
    private readonly userWebhooks: UserWebhooks,
  ) {
    this.settings = values.notices;
    this.lanes = [...this.webhookLanes(), ...this.mailLanes(), ...this.userLanes()];
  }

  onApplicationBootstrap(): void {
    if (this.recipients.isAnybody) this.task.start();
  }

  /** Has what was just written down delivered at once. */
  nudge(): void {
    if (this.recipients.isAnybody) this.task.nudge();
  }

  /** What is under way has a moment to end; the rest is given back, for another replica or the next start. */
  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
    const ended = Promise.all(this.underWay);
    if (!(await endedWithin(ended, FINISH_MS))) this.stopping.abort(new Error('The gateway is stopping'));
    await ended;
    await Promise.all(this.lanes.map((lane) => lane.close()));
  }

  /** Of a whole attempt at a webhook. */
  private get timeoutMs(): number {
    return this.settings.timeout_seconds * 1_000;
  }

  private async takeDue(): Promise<void> {
    const forMs = this.timeoutMs * (this.settings.smtp ? MAIL_PATIENCE : 1) + TAKEN_EXTRA_MS;
    const free = this.lanes.filter(({ room }) => room > 0);
    const rooms: Room[] = free.filter(({ isFair }) => !isFair);
    if (rooms.length > 0) {
      const named = rooms.map(({ channel, endpoint, room }) => ({ channel, endpoint, room }));
      for (const delivery of await this.deliveries.take(named, forMs)) this.begin(delivery);
    }
    for (const lane of free.filter(({ isFair }) => isFair))
      for (const delivery of await this.ofUsers.take(lane, forMs)) this.begin(delivery);
  }

  private begin(delivery: TakenDelivery): void {
    const lane = this.lanes.find((one) => one.takes(delivery))!;
    const work = lane
      .run(delivery, () => this.attempt(lane, delivery))
      .catch((error: Error) => this.logger.warn(`What became of delivery ${delivery.id} is not written down: ${error.message}`))
      .finally(() => {
        this.underWay.delete(work);
        this.task.nudge();
      });
    this.underWay.add(work);
  }

  private async attempt(lane: DeliveryLane, delivery: TakenDelivery): Promise<void> {
    const at = new Date().toISOString();
    const startedAt = performance.now();
    const outcome = await lane.send(delivery, this.stopping.signal).catch((error: Error) => this.unsent(error));
    if (!outcome) return this.deliveries.giveBack(delivery.id);
    const { status, error } = outcome;
    const next = this.nextOf(delivery, outcome);
    await this.deliveries.finish(
      delivery.id,
      { at, duration_ms: Math.round(performance.now() - startedAt), status, error },
      next,
    );
    this.tell(delivery, outcome, next.state);
  }

  /** Undefined where only the shutdown is to blame. */
  private unsent({ message: error }: Error): Outcome | undefined {
    return this.stopping.signal.aborted ? undefined : { isDelivered: false, status: null, error };
  }

  private nextOf({ tries }: TakenDelivery, outcome: Outcome) {
    if (outcome.isDelivered) return { state: 'delivered' as const, pauseMs: 0 };
    const pauseMs = pauseAfter(tries, outcome, this.settings.retry_seconds * 1_000);
    return { state: pauseMs === undefined ? ('failed' as const) : ('waiting' as const), pauseMs: pauseMs ?? 0 };
  }

  private tell({ id, channel, endpoint, tries, notice }: TakenDelivery, { error }: Outcome, state: string): void {
    this.sent.inc({ kind: notice.kind, channel, outcome: state === 'waiting' ? 'retried' : state });
    const words = `${notice.kind} to ${NAMED[channel](endpoint)} (delivery ${id})`;
    if (state === 'delivered') this.logger.debug(`${words} is delivered`);
    // What a user's endpoint does is no business of the operator's, and must not fill the log.
    else if (channel === 'user_webhook') this.logger.debug(`${words}: attempt ${tries} failed: ${error}`);
    else this.logger.warn(`${words}: attempt ${tries} failed: ${error}${state === 'failed' ? '; given up' : ''}`);
  }

  private webhookLanes(): DeliveryLane[] {
    const { webhooks, allowed_networks } = this.settings;
    const network = new NetworkRules(allowed_networks, 'notices.allowed_networks');
    const options = { connections: AT_ONCE, timeoutMs: this.timeoutMs, network };
    return webhooks.map((webhook) => {
      const sender = new WebhookSender(webhook, options);
      const send = ({ notice }: TakenDelivery, signal: AbortSignal) => sender.send(notice, signal);
      return new DeliveryLane({
        channel: 'webhook',
        endpoint: webhookName(webhook),
        atOnce: AT_ONCE,
        send,
        close: () => sender.close(),
      });
    });
  }

  private mailLanes(): DeliveryLane[] {
    const { smtp } = this.settings;
    if (!smtp) return [];
    const sender = new MailSender(smtp, this.timeoutMs * MAIL_PATIENCE);
    const send = ({ notice, endpoint }: TakenDelivery, signal: AbortSignal) => sender.send(notice, endpoint, signal);
    return [new DeliveryLane({ channel: 'mail', endpoint: null, atOnce: AT_ONCE, send })];
  }

  private userLanes(): DeliveryLane[] {
    if (!this.settings.user_webhooks) return [];
    const send = (delivery: TakenDelivery, signal: AbortSignal) => this.userWebhooks.send(delivery, signal);
    return [new DeliveryLane({ channel: 'user_webhook', endpoint: null, isFair: true, atOnce: USERS_AT_ONCE, send })];
  }
}

/** How the log names where a delivery goes. */
const NAMED: Record<Recipient['channel'], (endpoint: string) => string> = {
  webhook: (name) => name,
  mail: () => 'mail',
  user_webhook: (userId) => `the endpoint of user ${userId}`,
};
