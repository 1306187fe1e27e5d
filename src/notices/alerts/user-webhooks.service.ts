import { Injectable } from '@nestjs/common';
import { TallygateError } from '../../common/tallygate-error.js';
import { ForbiddenAddress, NetworkRules } from '../../common/network/network-rules.js';
import { AppConfig } from '../../config/app-config.js';
import type { Outcome } from '../delivery/retry-plan.js';
import { WebhookSender } from '../delivery/webhook-sender.js';
import type { TakenDelivery } from '../outbox/deliveries.repository.js';
import { AlertCipher } from './alert-cipher.js';
import { endpointProblem } from './alert-endpoint.js';
import { AlertsRepository } from './alerts.repository.js';

/** In place of where a name leads: a stranger is not told what is inside the operator's network. */
const NOT_PUBLIC = 'it is not at a public address';
const GONE: Outcome = { isDelivered: false, status: null, error: 'there is no endpoint any more', isFinal: true };
const UNREADABLE: Outcome = { ...GONE, error: 'the endpoint cannot be read: give it again' };

/**
 * Posts notices to endpoints of users. Where they are is a stranger's word: only HTTPS, only public addresses and those of
 * `notices.user_webhook_networks`, judged again at each connection, each of which is a new one.
 */
@Injectable()
export class UserWebhooks {
  readonly areAllowed: boolean;
  private readonly network: NetworkRules;
  private readonly timeoutMs: number;

  constructor(
    { values }: AppConfig,
    private readonly alerts: AlertsRepository,
    private readonly cipher: AlertCipher,
  ) {
    const { user_webhooks, user_webhook_networks, timeout_seconds } = values.notices;
    this.areAllowed = user_webhooks;
    this.network = new NetworkRules(user_webhook_networks, 'notices.user_webhook_networks');
    this.timeoutMs = timeout_seconds * 1_000;
  }

  /** @throws CONFLICT where users have none; INVALID_INPUT that says what is wrong with the URL, as far as that is known now */
  async demandAllowed(url: string): Promise<void> {
    if (!this.areAllowed)
      throw new TallygateError('CONFLICT', 'This gateway tells nobody at an endpoint of their own (notices.user_webhooks).');
    const problem = endpointProblem(url) ?? (await this.addressProblem(url));
    if (problem === undefined) return;
    const detail = [{ loc: ['body', 'webhook_url'], msg: problem, type: 'value_error.url' }];
    throw new TallygateError('INVALID_INPUT', `webhook_url ${problem}`, { detail });
  }

  /** One attempt at the endpoint that the user has now. Rejects only when the signal ends it, or the database is away. */
  async send({ endpoint: userId, notice }: TakenDelivery, signal: AbortSignal): Promise<Outcome> {
    const sealed = await this.alerts.endpointOf(userId);
    if (!sealed) return GONE;
    const target = this.cipher.tryOpen(userId, sealed);
    if (!target) return UNREADABLE;
    const sender = new WebhookSender(target, { connections: 1, timeoutMs: this.timeoutMs, network: this.network, wordsOf });
    try {
      return await sender.send(notice, signal);
    } finally {
      await sender.close();
    }
  }

  private async addressProblem(url: string): Promise<string | undefined> {
    try {
      await this.network.checkIfKnown(url);
    } catch {
      return `must not be used: ${NOT_PUBLIC}`;
    }
  }
}

const wordsOf = (error: Error): string | undefined => (error instanceof ForbiddenAddress ? NOT_PUBLIC : undefined);
