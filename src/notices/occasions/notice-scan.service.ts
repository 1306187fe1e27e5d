import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { PeriodicTask } from '../../common/concurrency/periodic-task.js';
import { AppConfig } from '../../config/app-config.js';
import type { NoticeSettings } from '../../config/notices-config.js';
import type { Transaction } from '../../database/sql.js';
import { AlertsRepository } from '../alerts/alerts.repository.js';
import { NoticeDelivery } from '../delivery/notice-delivery.service.js';
import type { NewNotice, Occasion } from '../notice.js';
import type { NoticeKind } from '../notice-kinds.js';
import { NoticesRepository } from '../outbox/notices.repository.js';
import { Recipients } from '../outbox/recipients.js';
import { accountsBelowWish, accountsLowOnCredits, expiringKeys, quarantinedPins, type Holding, type Look } from './holdings.js';
import { LimitWatch } from './limit-watch.service.js';
import { OccasionsRepository } from './occasions.repository.js';
import { namesOf, ServerWatch } from './server-watch.service.js';
import { toldTogether } from './tools-together.js';

/** A limit that is reached is told once a day; what is known of a day is forgotten after two. */
const LIMITS_KNOWN_MS = 2 * 86_400_000;
/** A server is up again when no replica has seen it down for so many scans. */
const SCANS_UNSEEN = 2.5;
/** One that nobody speaks of any more, since it was removed or switched off, is forgotten. */
const SERVER_FORGOTTEN_MS = 86_400_000;

/**
 * Looks for what there is to tell, behind the calls: what PostgreSQL has of accounts, keys and tools, and what this process has seen of
 * limits and servers. Of the replicas one at a time looks at what PostgreSQL has, and each at what it has seen itself; each thing is
 * noted and told in one transaction, by whichever is first. Of accounts and keys only what begins while a kind is told is told, so
 * that nobody who switches it on writes to thousands at once.
 */
@Injectable()
export class NoticeScan implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly settings: NoticeSettings;
  private readonly task: PeriodicTask;

  constructor(
    { values }: AppConfig,
    private readonly occasions: OccasionsRepository,
    private readonly notices: NoticesRepository,
    private readonly recipients: Recipients,
    private readonly alerts: AlertsRepository,
    private readonly limits: LimitWatch,
    private readonly servers: ServerWatch,
    private readonly delivery: NoticeDelivery,
    private readonly clock: Clock,
  ) {
    this.settings = values.notices;
    this.task = new PeriodicTask('Notices', this.settings.scan_seconds * 1_000, () => this.scan());
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.occasions.lookOnlyFor(this.looksFor(await this.isAnyEndpoint()).map(({ name }) => name));
    if (this.recipients.isAnybody) this.task.nudge();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** One look at everything. What cannot be looked at now does not keep the rest from being told. */
  async scan(): Promise<void> {
    const isAnyEndpoint = await this.isAnyEndpoint();
    const parts = [
      ...this.looksFor(isAnyEndpoint).map((look) => () => this.tellHolding(look)),
      () => this.tellLimits(isAnyEndpoint),
      () => this.tellServers(),
    ];
    const problems: unknown[] = [];
    for (const part of parts) await part().catch((error: unknown) => problems.push(error));
    this.delivery.nudge();
    if (problems.length > 0) throw problems[0];
  }

  /** Whether any user is told at an endpoint of their own. */
  private async isAnyEndpoint(): Promise<boolean> {
    return this.settings.user_webhooks && (await this.alerts.isAnyEndpoint());
  }

  /** What is found by a query, where somebody is told of it. */
  private looksFor(isAnyEndpoint: boolean): Look[] {
    const all: [NoticeKind, Holding][] = [
      ['account.credits_low', accountsLowOnCredits(this.settings)],
      ['api_key.expiring', expiringKeys(this.settings, new Date(this.clock.now()))],
      ['tool.quarantined', quarantinedPins()],
    ];
    const looks: Look[] = all.map(([kind, holding]) => ({ name: kind, kind, holding }));
    const told = looks.filter(({ kind }) => this.recipients.areFor(kind, isAnyEndpoint));
    if (!this.recipients.areUsersTold(isAnyEndpoint)) return told;
    const kind = 'account.credits_low';
    return [...told, { name: `${kind}:own`, kind, holding: accountsBelowWish(this.settings) }];
  }

  private tellHolding(look: Look): Promise<void> {
    const { kind, holding } = look;
    return this.notices.inTransaction(async (tx) => {
      const turn = await this.occasions.takeTurn(tx, look.name, this.settings.scan_seconds * 1_000);
      if (!turn) return;
      if (turn.isFirst && !holding.isToldAtFirst) return this.occasions.followSilently(tx, look);
      const begun = await this.occasions.follow(tx, look);
      await this.notices.add(tx, kind === 'tool.quarantined' ? toldTogether(begun as Occasion<'tool.quarantined'>[]) : begun);
    });
  }

  private async tellLimits(isAnyEndpoint: boolean): Promise<void> {
    const reached = this.limits.waiting;
    if (!this.recipients.areFor('limit.reached', isAnyEndpoint)) return this.limits.forget(reached);
    await this.notices.inTransaction(async (tx) => {
      await this.occasions.forgetUnseen(tx, 'limit.reached', { unseenMs: LIMITS_KNOWN_MS });
      await this.tellNew(tx, reached);
    });
    this.limits.forget(reached);
  }

  private async tellServers(): Promise<void> {
    if (!this.recipients.areFor('server.down', false) && !this.recipients.areFor('server.up', false)) return;
    const down = this.servers.look();
    await this.notices.inTransaction(async (tx) => {
      await this.tellNew(tx, down);
      await this.notices.add(tx, await this.upAgain(tx));
      await this.occasions.forgetUnseen(tx, 'server.down', { unseenMs: SERVER_FORGOTTEN_MS });
    });
  }

  private async tellNew(tx: Transaction, seen: readonly Occasion[]): Promise<void> {
    if (seen.length === 0) return;
    const fresh = await this.occasions.see(tx, seen);
    await this.notices.add(
      tx,
      seen.filter(({ key }) => fresh.has(key)),
    );
  }

  private async upAgain(tx: Transaction): Promise<NewNotice<'server.up'>[]> {
    const { healthy } = this.servers;
    const unseenMs = SCANS_UNSEEN * this.settings.scan_seconds * 1_000;
    const up = await this.occasions.forgetUnseen(tx, 'server.down', { unseenMs, keys: [...healthy.keys()] });
    return up.map(({ key, beganAt }) => {
      const server = healthy.get(key)!;
      return { kind: 'server.up', subject: server.id, data: { ...namesOf(server), down_since: beganAt.toISOString() } };
    });
  }
}
