import { Injectable } from '@nestjs/common';
import { TallygateError } from '../../common/tallygate-error.js';
import { maskText } from '../../common/secrets/mask-text.js';
import { AppConfig } from '../../config/app-config.js';
import { webhookName } from '../../config/notices-config.js';
import { NoticeDelivery } from '../delivery/notice-delivery.service.js';
import {
  DeliveriesRepository,
  type DeliveryFilter,
  type EndpointNumbers,
  type ListedDelivery,
} from '../outbox/deliveries.repository.js';
import { NoticesRepository } from '../outbox/notices.repository.js';
import { Recipients } from '../outbox/recipients.js';

/** A webhook of the configuration, and how its deliveries went. */
export interface Webhook extends Omit<EndpointNumbers, 'endpoint'> {
  name: string;
  /** Masked. */
  url: string;
  kinds: string[];
}

/** What operators see and do about deliveries. */
@Injectable()
export class Webhooks {
  constructor(
    private readonly config: AppConfig,
    private readonly deliveries: DeliveriesRepository,
    private readonly notices: NoticesRepository,
    private readonly recipients: Recipients,
    private readonly delivery: NoticeDelivery,
  ) {}

  async list(): Promise<Webhook[]> {
    const numbers = new Map((await this.deliveries.numbersOfWebhooks()).map((one) => [one.endpoint, one]));
    return this.config.values.notices.webhooks.map((webhook) => {
      const name = webhookName(webhook);
      const { waiting = 0, delivered = 0, failed = 0, lastDeliveredAt = null, lastAttempt = null } = numbers.get(name) ?? {};
      const [url, kinds] = [maskText(webhook.url), [...webhook.kinds]];
      return { name, url, kinds, waiting, delivered, failed, lastDeliveredAt, lastAttempt };
    });
  }

  page(
    filter: DeliveryFilter,
    page: { limit: number; offset: number },
  ): Promise<{ deliveries: ListedDelivery[]; total: number }> {
    return this.deliveries.page(filter, page);
  }

  /** Has it delivered again at once, with all attempts anew and under its id. @throws NOT_FOUND */
  async retry(id: number): Promise<ListedDelivery> {
    const delivery = (await this.deliveries.retry(id)) ? await this.deliveries.find(id) : undefined;
    if (!delivery) throw new TallygateError('NOT_FOUND', 'There is no such delivery.');
    this.delivery.nudge();
    return delivery;
  }

  /**
   * Sends a test notice to one webhook, or to all and to the operators' mail addresses. Returns the ids of the deliveries.
   * @throws NOT_FOUND for a name that no webhook has, CONFLICT when nothing is configured
   */
  async test(webhook?: string): Promise<number[]> {
    const to = this.recipients.ofTest(webhook);
    if (to.length === 0 && webhook !== undefined) throw new TallygateError('NOT_FOUND', 'There is no webhook of this name.');
    if (to.length === 0) throw new TallygateError('CONFLICT', 'Nobody can be told: set notices.webhooks or notices.smtp.to.');
    const message = "This is a test of Tallygate's notices. Nothing has happened.";
    const ids = await this.notices.addFor({ kind: 'test', subject: 'test', data: { message } }, to);
    this.delivery.nudge();
    return ids;
  }
}
