import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import { actorOf, type AuditAction } from '../../auth/audit/audit-entry.js';
import { AuditLog } from '../../auth/audit/audit-log.service.js';
import type { Sql } from '../../database/sql.js';
import { UserChanges } from '../../auth/users/user-changes.service.js';
import { UsersService } from '../../auth/users/users.service.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { CreditLedger } from '../../credits/credit-ledger.service.js';
import { AccountReportsRepository } from './account-reports.repository.js';
import type { AccountsQuery, AddCreditsDto } from './admin-account.dto.js';
import { AccountsRepository, type Account } from '../accounts.repository.js';

/** Operators' view of accounts, and their changes. Every change records who made it. */
@Injectable()
export class AdminAccounts {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly reports: AccountReportsRepository,
    private readonly ledger: CreditLedger,
    private readonly users: UsersService,
    private readonly changes: UserChanges,
    private readonly audit: AuditLog,
  ) {}

  list({
    search,
    tier,
    is_active,
    is_flagged,
    sort_by,
    sort_order,
    page,
    page_size,
  }: AccountsQuery): Promise<{ accounts: Account[]; total: number }> {
    const sorting = { sortBy: sort_by, sortOrder: sort_order };
    const found = { search, tier, isActive: is_active, isFlagged: is_flagged };
    return this.reports.list({ ...found, ...sorting, limit: page_size, offset: (page - 1) * page_size });
  }

  /** @throws NOT_FOUND */
  async get(id: number): Promise<Account> {
    const account = await this.accounts.findById(id);
    if (!account) throw new TallygateError('NOT_FOUND', 'There is no such account.');
    return account;
  }

  /**
   * @throws NOT_FOUND; CONFLICT when a correction would take more than the account has, or what running calls hold, or
   * when the account's reference was booked with another amount
   */
  async addCredits(admin: Principal, id: number, { amount, reason, reference }: AddCreditsDto) {
    const by = await this.nameOf(admin);
    const granted = await this.ledger.grant({
      accountId: id,
      amount,
      reason,
      by,
      ...(reference && { reference: { type: 'admin', id: reference } }),
    });
    const details = { amount, reason, ...(reference && { reference }) };
    if (granted.booked)
      await this.audit.note(actorOf(admin), { action: 'account.credits_added', subjectId: String(id), details });
    return { ...granted, debt: (await this.get(id)).debt };
  }

  /**
   * Recorded after the change. If the request fails in between, repeating it changes no credits.
   * @throws NOT_FOUND, INVALID_INPUT
   */
  async changeTier(admin: Principal, id: number, tier: string): Promise<Account> {
    const [before, by] = [await this.get(id), await this.nameOf(admin)];
    await this.ledger.changeTier({ accountId: id, tier, by });
    await this.accounts.noteChange(id, { kind: 'tier', before: before.tier, after: tier, changedBy: by });
    const details = { before: before.tier, after: tier };
    await this.audit.note(actorOf(admin), { action: 'account.tier_changed', subjectId: String(id), details });
    return this.get(id);
  }

  /**
   * An account that is switched off shuts its user out everywhere, on every replica as a revoked key.
   * @throws NOT_FOUND; CONFLICT for that of the last admin
   */
  async setActive(admin: Principal, id: number, isActive: boolean): Promise<Account> {
    const { userId } = await this.get(id);
    const note = this.noteOf(admin, isActive ? 'account.activated' : 'account.deactivated', id);
    await this.accounts.setActive(id, isActive, await this.nameOf(admin), async (tx) => {
      if (!isActive) await this.changes.keepAnAdmin(tx, userId);
      await note(tx);
    });
    return this.get(id);
  }

  /** @throws NOT_FOUND */
  async clearFlags(admin: Principal, id: number): Promise<Account> {
    await this.accounts.clearFlags(id, await this.nameOf(admin), this.noteOf(admin, 'account.flags_cleared', id));
    return this.get(id);
  }

  private noteOf(admin: Principal, action: AuditAction, id: number) {
    return (tx: Sql) => this.audit.write(tx, actorOf(admin), { action, subjectId: String(id) });
  }

  /** The admin's e-mail, as histories show it. */
  private async nameOf({ userId }: Principal): Promise<string> {
    return (await this.users.findById(userId))?.email ?? userId;
  }
}
