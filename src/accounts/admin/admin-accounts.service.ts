import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import { actorOf, type AuditAction } from '../../auth/audit/audit-entry.js';
import { AuditLog } from '../../auth/audit/audit-log.service.js';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import { UserChanges } from '../../auth/users/user-changes.service.js';
import { UsersService } from '../../auth/users/users.service.js';
import { isObject } from '../../common/json.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AccountRecords } from '../../credits/account-records.service.js';
import { CreditLedger } from '../../credits/credit-ledger.service.js';
import { AccountReportsRepository } from './account-reports.repository.js';
import type { AccountsQuery, AddCreditsDto } from './admin-account.dto.js';
import { AccountsRepository, type Account } from '../accounts.repository.js';
import { AccountsService } from '../accounts.service.js';

/** Operators' view of accounts, and their changes. Every change records who made it. */
@Injectable()
export class AdminAccounts {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly reports: AccountReportsRepository,
    private readonly ledger: CreditLedger,
    private readonly records: AccountRecords,
    private readonly own: AccountsService,
    private readonly users: UsersService,
    private readonly changes: UserChanges,
    private readonly audit: AuditLog,
    private readonly postgres: Postgres,
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
  async get(id: number, tx?: Transaction): Promise<Account> {
    const account = await this.accounts.findById(id, tx);
    if (!account) throw new TallygateError('NOT_FOUND', 'There is no such account.');
    return account;
  }

  /**
   * For a user who has none, as if they had enabled it. Nobody sees its key, which therefore does not work: they make a new one when they want it.
   * @throws NOT_FOUND; CONFLICT where there is one, at the limit of their active keys, and for one who was deleted or is switched off
   */
  async open(admin: Principal, userId: string): Promise<Account> {
    if (!(await this.users.findById(userId))) throw new TallygateError('NOT_FOUND', 'There is no such user.');
    const { account } = await this.own.enable(userId, actorOf(admin), false).catch(inWordsForAdmins);
    return account;
  }

  /**
   * @throws NOT_FOUND; CONFLICT when a correction would take more than the account has, or what running calls hold, or
   * when the account's reference was booked with another amount
   */
  async addCredits(admin: Principal, id: number, { amount, reason, reference }: AddCreditsDto) {
    const grant = { accountId: id, amount, reason, by: await this.nameOf(admin) };
    const details = { amount, reason, ...(reference && { reference }) };
    await this.ledger.gather(id);
    const granted = await this.postgres.transaction(async (tx) => {
      await this.records.lock(tx, id); // so that of two with one reference the second finds it booked
      const done = await this.ledger.grant({ ...grant, ...(reference && { reference: { type: 'admin', id: reference } }) }, tx);
      if (done.booked) await this.note(tx, admin, 'account.credits_added', id, details);
      return done;
    });
    return { ...granted, debt: (await this.get(id)).debt };
  }

  /** @throws NOT_FOUND, INVALID_INPUT */
  async changeTier(admin: Principal, id: number, tier: string): Promise<Account> {
    const by = await this.nameOf(admin);
    await this.postgres.transaction(async (tx) => {
      await this.records.lock(tx, id);
      const { tier: before } = await this.get(id, tx);
      await this.own.changeTier({ accountId: id, before, tier, by }, actorOf(admin), tx);
    });
    return this.get(id);
  }

  /**
   * An account that is switched off shuts its user out everywhere, on every replica as a revoked key.
   * @throws NOT_FOUND; CONFLICT for that of the last admin, and for switching on that of a deleted user
   */
  async setActive(admin: Principal, id: number, isActive: boolean): Promise<Account> {
    const [{ userId }, by] = [await this.get(id), await this.nameOf(admin)];
    await this.postgres.transaction(async (tx) => {
      // The user first, then the account, as everybody locks them.
      if (isActive) await this.changes.demandUser(tx, userId);
      else await this.changes.keepAnAdmin(tx, userId);
      const hasChanged = await this.accounts.setActive(tx, id, isActive, by);
      if (hasChanged) await this.note(tx, admin, isActive ? 'account.activated' : 'account.deactivated', id);
    });
    return this.get(id);
  }

  /** @throws NOT_FOUND */
  async clearFlags(admin: Principal, id: number): Promise<Account> {
    const by = await this.nameOf(admin);
    await this.postgres.transaction(async (tx) => {
      if (await this.accounts.clearFlags(tx, id, by)) await this.note(tx, admin, 'account.flags_cleared', id);
    });
    return this.get(id);
  }

  private note(tx: Transaction, admin: Principal, action: AuditAction, id: number, details = {}): Promise<void> {
    return this.audit.write(tx, actorOf(admin), { action, subjectId: String(id), details });
  }

  /** The admin's e-mail, as histories show it. */
  private async nameOf({ userId }: Principal): Promise<string> {
    return (await this.users.findById(userId))?.email ?? userId;
  }
}

/** What the user would be told, who is not the one to be told. */
function inWordsForAdmins(error: unknown): never {
  const isThere =
    error instanceof TallygateError && isObject(error.extras.detail) && error.extras.detail['code'] === 'already_enabled';
  throw isThere ? new TallygateError('CONFLICT', 'This user has an account.') : error;
}
