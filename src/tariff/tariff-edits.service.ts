import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/access/principal.js';
import { actorOf, type AuditAction } from '../auth/audit/audit-entry.js';
import { AuditLog } from '../auth/audit/audit-log.service.js';
import { TallygateError } from '../common/tallygate-error.js';
import { AppConfig } from '../config/app-config.js';
import { justAmount, Tariff, type TariffKind, type TariffValue } from './tariff.js';
import { TariffFeed } from './tariff-feed.service.js';
import { TariffRepository } from './tariff.repository.js';

/** What an admin changes, and why. */
export interface TariffEdit {
  kind: TariffKind;
  name: string;
  reason?: string | undefined;
  /** What holds where nobody has set anything; undefined where nothing is known of it. */
  own?: TariffValue | undefined;
}

/** What admins set. When a method has returned, its change is made and counts on this replica, and a moment later on all. */
@Injectable()
export class TariffEdits {
  constructor(
    private readonly repository: TariffRepository,
    private readonly tariff: Tariff,
    private readonly feed: TariffFeed,
    private readonly audit: AuditLog,
    private readonly config: AppConfig,
  ) {}

  /**
   * Sets a price, or what it is given of a tier: the rest stays as it is. Changes nothing where it is set to that already.
   * @throws CONFLICT for what the settings file says, or when too much is set
   */
  async set(who: Principal, edit: TariffEdit, value: { amount: number } | Partial<TariffValue>): Promise<void> {
    const { kind, name, own = justAmount(0) } = edit;
    this.demandOurs(kind, name);
    const changedBy = actorOf(who).userId ?? null;
    await this.repository.keep(
      { kind, name, changedBy },
      (before) => ({ ...(before ?? own), ...value }),
      (tx, before, after) => this.audit.write(tx, actorOf(who), entryOf(`${kind}.changed`, edit, before ?? edit.own, after)),
    );
    await this.feed.follow();
  }

  /** Back to what holds without it; also of what the settings file has named since. @throws NOT_FOUND when nothing was set */
  async reset(who: Principal, edit: TariffEdit): Promise<void> {
    await this.repository.forget(edit, (tx, before) =>
      this.audit.write(tx, actorOf(who), entryOf(`${edit.kind}.reset`, edit, before, edit.own)),
    );
    await this.feed.follow();
  }

  private demandOurs(kind: TariffKind, name: string): void {
    if (!this.tariff.isOfFile(kind, name)) return;
    const member = kind === 'price' ? `tools.prices.${name}` : `tiers.${name}`;
    throw new TallygateError('CONFLICT', `${this.config.file.name} sets ${member}. Change it there, or take it out there first.`);
  }
}

type Known = TariffValue | undefined;

const entryOf = (action: AuditAction, { name, reason }: TariffEdit, before: Known, after: Known) => ({
  action,
  subjectId: name,
  details: {
    ...{ before: before?.amount ?? null, after: after?.amount ?? null },
    ...changed('user_per_hour', before?.userPerHour, after?.userPerHour),
    ...changed('api_key_per_hour', before?.apiKeyPerHour, after?.apiKeyPerHour),
    ...(reason !== undefined && { reason }),
  },
});

/** Of a limit, where it changes. */
const changed = (name: string, before: number | null = null, after: number | null = null) =>
  before === after ? {} : { [name]: { before, after } };
