import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/access/principal.js';
import { actorOf, type AuditAction } from '../auth/audit/audit-entry.js';
import { AuditLog } from '../auth/audit/audit-log.service.js';
import { TallygateError } from '../common/tallygate-error.js';
import { AppConfig } from '../config/app-config.js';
import { Tariff, type TariffKind } from './tariff.js';
import { TariffFeed } from './tariff-feed.service.js';
import { TariffRepository } from './tariff.repository.js';

/** What an admin changes, and why. */
export interface TariffEdit {
  kind: TariffKind;
  name: string;
  reason?: string | undefined;
  /** What holds where nobody has set anything; undefined where nothing is known of it. */
  own?: number | undefined;
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

  /** Changes nothing where it is set to that already. @throws CONFLICT for what the settings file says, or when too much is set */
  async set(who: Principal, edit: TariffEdit, amount: number): Promise<void> {
    const { kind, name, own } = edit;
    this.demandOurs(kind, name);
    const changedBy = actorOf(who).userId ?? null;
    await this.repository.keep({ kind, name, amount, changedBy }, (tx, before) =>
      this.audit.write(tx, actorOf(who), entryOf(`${kind}.changed`, edit, before ?? own, amount)),
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

const entryOf = (action: AuditAction, { name, reason }: TariffEdit, before: number | undefined, after: number | undefined) => ({
  action,
  subjectId: name,
  details: { before: before ?? null, after: after ?? null, ...(reason !== undefined && { reason }) },
});
