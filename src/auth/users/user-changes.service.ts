import { Injectable } from '@nestjs/common';
import { TallygateError } from '../../common/tallygate-error.js';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import type { Actor, AuditAction } from '../audit/audit-entry.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { PasswordHasher } from '../password/password-hasher.js';
import type { User } from './user.entity.js';
import { UsersRepository, type LockedUser, type UserChange } from './users.repository.js';

const LAST_ADMIN = 'This is the last active admin. Make somebody else an admin first.';

/**
 * Changes to users: passwords, roles, whether they may come in at all. Each is in the audit log with who made it, and reaches every
 * replica as a revoked key does.
 */
@Injectable()
export class UserChanges {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: PasswordHasher,
    private readonly audit: AuditLog,
    private readonly postgres: Postgres,
  ) {}

  /**
   * Sets a new password, which ends the login tokens handed out before. @throws NOT_FOUND
   * @param demand Throws where it may not be set after all, with the user locked as they are before.
   */
  async setPassword(actor: Actor, id: string, password: string, demand?: Demand): Promise<void> {
    const passwordHash = await this.passwords.hash(password);
    await this.change(actor, id, async (tx, before) => {
      await demand?.(tx, before);
      await this.users.update(tx, id, { passwordHash });
      return [['user.password_changed', {}]];
    });
  }

  /** @throws NOT_FOUND; CONFLICT for what would leave no active admin */
  async edit(actor: Actor, id: string, { role, isActive, displayName }: Omit<UserChange, 'passwordHash'>): Promise<User> {
    await this.change(actor, id, async (tx, before) => {
      if (role === 'user' || isActive === false) await this.demandOtherAdmin(tx, before);
      await this.users.update(tx, id, { role, isActive, displayName });
      const changes: Change[] = [];
      if (role !== undefined && role !== before.role) changes.push(['user.role_changed', { before: before.role, after: role }]);
      if (isActive !== undefined && isActive !== before.isActive)
        changes.push([isActive ? 'user.activated' : 'user.deactivated', {}]);
      // Not the name: the log outlives a user.
      if (displayName !== undefined && displayName !== before.displayName)
        changes.push(['user.changed', { changed: 'display_name' }]);
      return changes;
    });
    return (await this.users.findById(id))!;
  }

  /** Signs a user out everywhere: every login token, session and password link of theirs ends. @throws NOT_FOUND */
  async endLogins(actor: Actor, id: string): Promise<void> {
    await this.change(actor, id, async (tx) => {
      await this.users.endLogins(tx, id);
      return [['login.ended', { all: true }]];
    });
  }

  /** For what is about to shut a user out, within its transaction. @throws CONFLICT for the last admin who can log in */
  async keepAnAdmin(tx: Transaction, id: string): Promise<void> {
    const user = await this.users.lock(tx, id);
    if (user) await this.demandOtherAdmin(tx, user);
  }

  /** For what lets a user in again, within its transaction. @throws CONFLICT for one who was deleted */
  async demandUser(tx: Transaction, id: string): Promise<void> {
    if (!(await this.users.lock(tx, id))) throw new TallygateError('CONFLICT', 'The user of this account was deleted.');
  }

  /** Runs a change with the user locked, and writes down what it says it has changed. @throws NOT_FOUND */
  change(actor: Actor, id: string, work: (tx: Transaction, before: LockedUser) => Promise<Change[]>): Promise<void> {
    return this.postgres.transaction(async (tx) => {
      const before = await this.users.lock(tx, id);
      if (!before) throw new TallygateError('NOT_FOUND', 'There is no such user.');
      for (const [action, details] of await work(tx, before))
        await this.audit.write(tx, actor, { action, subjectId: id, details });
    });
  }

  /**
   * For what takes an admin away, whose row is locked; of several at once, the last one is refused. @throws CONFLICT for the last one who
   * can log in
   */
  async demandOtherAdmin(tx: Transaction, { id, role, isActive }: LockedUser): Promise<void> {
    if (role !== 'admin' || !isActive) return;
    await this.users.lockAdmins(tx);
    if (!(await this.users.hasOtherAdmin(tx, id))) throw new TallygateError('CONFLICT', LAST_ADMIN);
  }
}

type Demand = (tx: Transaction, before: LockedUser) => Promise<void> | void;
type Change = [AuditAction, Record<string, unknown>];
