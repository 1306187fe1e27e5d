import { Injectable } from '@nestjs/common';
import { AccountsService } from '../../accounts/accounts.service.js';
import type { Principal } from '../../auth/access/principal.js';
import { actorOf } from '../../auth/audit/audit-entry.js';
import { AuditLog } from '../../auth/audit/audit-log.service.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { Postgres } from '../../database/postgres.js';
import { RateLimitService } from '../../limits/rate-limit.service.js';
import { NoticeDelivery } from '../delivery/notice-delivery.service.js';
import { NoticesRepository } from '../outbox/notices.repository.js';
import { Recipients, type Recipient } from '../outbox/recipients.js';
import { UserDeliveriesRepository, type OwnDelivery } from '../outbox/user-deliveries.repository.js';
import { AlertCipher } from './alert-cipher.js';
import { newSecret, type AlertEndpoint } from './alert-endpoint.js';
import { AlertsRepository, type StoredAlerts } from './alerts.repository.js';
import { UserWebhooks } from './user-webhooks.service.js';

/** Test notices of one user. */
const TESTS_PER_HOUR = 5;

/** What a holder of an account is told of, and where. */
export interface ShownAlerts {
  lowBalance: number | null;
  url: string | null;
  /** Of what they are told by now. */
  ways: Recipient['channel'][];
  lastDelivery: OwnDelivery | undefined;
}

/** Undefined members stay as they are; null takes away. */
export interface AlertsChange {
  lowBalance?: number | null | undefined;
  url?: string | null | undefined;
}

/** The alerts of one's own account. All throw NOT_FOUND `mcp_not_enabled` where there is none. */
@Injectable()
export class Alerts {
  constructor(
    private readonly accounts: AccountsService,
    private readonly alerts: AlertsRepository,
    private readonly cipher: AlertCipher,
    private readonly webhooks: UserWebhooks,
    private readonly notices: NoticesRepository,
    private readonly recipients: Recipients,
    private readonly ofUsers: UserDeliveriesRepository,
    private readonly delivery: NoticeDelivery,
    private readonly limits: RateLimitService,
    private readonly audit: AuditLog,
    private readonly postgres: Postgres,
  ) {}

  async show({ userId }: Principal): Promise<ShownAlerts> {
    await this.accounts.require(userId);
    const [{ lowBalance, webhook }, ways, lastDelivery] = await Promise.all([
      this.alerts.find(userId),
      this.waysTo(userId),
      this.ofUsers.lastOf(userId),
    ]);
    return { lowBalance, url: this.opened(userId, webhook)?.url ?? null, ways: ways.map(({ channel }) => channel), lastDelivery };
  }

  /**
   * Changes what is given. Returns the secret of an endpoint that there was none of before.
   * @throws As `UserWebhooks.demandAllowed`, for a URL that is another than before
   */
  async change(who: Principal, { lowBalance, url }: AlertsChange): Promise<string | undefined> {
    const { id } = await this.accounts.require(who.userId);
    const known = this.opened(who.userId, (await this.alerts.find(who.userId)).webhook);
    if (url && url !== known?.url) await this.webhooks.demandAllowed(url); // before the transaction, since names are looked up
    let secret: string | undefined;
    await this.inTransaction(who, id, (before) => {
      const endpoint = this.opened(who.userId, before.webhook);
      const next = url === undefined ? endpoint : url === null ? undefined : { url, secret: endpoint?.secret ?? newSecret() };
      if (!endpoint) secret = next?.secret;
      const details = {
        ...(lowBalance !== undefined && { low_balance: { before: before.lowBalance, after: lowBalance } }),
        ...(next?.url !== endpoint?.url && { webhook: !next ? 'removed' : endpoint ? 'changed' : 'set' }), // not the URL, which may be secret
      };
      return { after: { lowBalance: lowBalance === undefined ? before.lowBalance : lowBalance, endpoint: next }, details };
    });
    return secret;
  }

  /** A new secret for the endpoint; the old one signs nothing from now on. @throws CONFLICT where there is no endpoint */
  async renewSecret(who: Principal): Promise<string> {
    const { id } = await this.accounts.require(who.userId);
    const secret = newSecret();
    await this.inTransaction(who, id, ({ lowBalance, webhook }) => {
      const endpoint = this.opened(who.userId, webhook);
      if (!endpoint) throw new TallygateError('CONFLICT', 'There is no endpoint yet: set webhook_url first.');
      return { after: { lowBalance, endpoint: { ...endpoint, secret } }, details: { webhook: 'secret_renewed' } };
    });
    return secret;
  }

  /** Sends a test notice wherever the holder is told. Returns how. @throws CONFLICT where that is nowhere; RATE_LIMITED */
  async test({ userId }: Principal): Promise<Recipient['channel'][]> {
    await this.accounts.require(userId);
    const to = await this.waysTo(userId);
    if (to.length === 0) throw new TallygateError('CONFLICT', NO_WAY);
    const { allowed, retryAfterSeconds } = await this.limits.consume({
      bucket: `alert tests:${userId}`,
      perHour: TESTS_PER_HOUR,
    });
    const words = `At most ${TESTS_PER_HOUR} test notices an hour. Try again in ${retryAfterSeconds} s.`;
    if (!allowed) throw new TallygateError('RATE_LIMITED', words, { retryAfterSeconds });
    const message = 'This is a test of the alerts of your account. Nothing has happened.';
    await this.notices.addFor({ kind: 'test', subject: 'test', userId, data: { message } }, to);
    this.delivery.nudge();
    return to.map(({ channel }) => channel);
  }

  private async waysTo(userId: string): Promise<Recipient[]> {
    const contact = (await this.notices.contactsOf(this.postgres, [userId])).get(userId);
    return contact ? this.recipients.ofUser(contact) : [];
  }

  private opened(userId: string, sealed: Buffer | null): AlertEndpoint | undefined {
    return sealed ? this.cipher.tryOpen(userId, sealed) : undefined;
  }

  /** A change with what is stored locked, and written down where something is changed. */
  private inTransaction(who: Principal, accountId: number, work: (before: StoredAlerts) => Changed): Promise<void> {
    return this.postgres.transaction(async (tx) => {
      const { after, details } = work(await this.alerts.lock(tx, who.userId));
      const webhook = after.endpoint ? this.cipher.seal(who.userId, after.endpoint) : null;
      await this.alerts.save(tx, who.userId, { lowBalance: after.lowBalance, webhook });
      if (Object.keys(details).length === 0) return;
      await this.audit.write(tx, actorOf(who), { action: 'account.alerts_changed', subjectId: String(accountId), details });
    });
  }
}

interface Changed {
  after: { lowBalance: number | null; endpoint: AlertEndpoint | undefined };
  /** For the audit log. */
  details: Record<string, unknown>;
}

/** Why nobody would hear of anything. */
export const NO_WAY =
  'There is no way to tell you: this gateway mails nothing to its users, and you have no endpoint that it may tell (webhook_url).';
