import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../database/sql.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { Postgres } from '../../database/postgres.js';
import { PasswordHasher } from '../password/password-hasher.js';
import { principalOf, type Principal } from '../access/principal.js';
import type { Actor } from '../audit/audit-entry.js';
import { AuditLog } from '../audit/audit-log.service.js';
import type { Role } from '../access/scopes.js';
import { switchedOff } from '../access/switched-off.js';
import type { User } from './user.entity.js';
import { usernameFrom } from './username.js';
import { UsersRepository, type UserName, type UserRow, type UserSearch } from './users.repository.js';

export interface NewUser {
  /** Default: derived from the e-mail. */
  username?: string;
  email: string;
  password: string;
  role?: Role;
}

type WithUser = (tx: Transaction, id: string) => Promise<void>;

/** Users who can log in. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: PasswordHasher,
    private readonly audit: AuditLog,
    private readonly postgres: Postgres,
  ) {}

  findById(id: string): Promise<User | null> {
    return this.users.findById(id);
  }

  /** The e-mails and names of these users, also of those who were deleted, by id. */
  async namesOf(ids: string[]): Promise<Map<string, UserName>> {
    const users = await this.users.findNames([...new Set(ids)].filter((id) => isUUID(id)));
    return new Map(users.map((user) => [user.id, user]));
  }

  /** Finds by e-mail or user name. A user name never contains `@`, so the two cannot be confused. */
  findByLogin(login: string): Promise<User | null> {
    return login.includes('@') ? this.users.findByEmail(login) : this.users.findByUsername(login);
  }

  /** A page of users, newest first. */
  async list(search: UserSearch): Promise<{ users: User[]; total: number }> {
    const [users, total] = await this.users.findPage(search);
    return { users, total };
  }

  /** `by`: absent for users who register themselves. @throws INVALID_INPUT when the e-mail or the user name is taken. */
  async create({ username, email, password, role = 'user' }: NewUser, by?: Actor): Promise<User> {
    const row = { email: email.toLowerCase(), passwordHash: await this.passwords.hash(password), role };
    const user = username ? await this.insert({ ...row, username }, by) : await this.createUnnamed(row, usernameFrom(email), by);
    if (!user) throw new TallygateError('INVALID_INPUT', 'This e-mail or user name is already taken');
    return user;
  }

  /**
   * With this user name; where that is taken, with a random suffix. Null when the e-mail is taken. `by`: absent for users who come by
   * themselves. `also`: what is made with them, in the same transaction.
   */
  async createUnnamed(row: Omit<UserRow, 'username'>, username: string, by?: Actor, also?: WithUser): Promise<User | null> {
    const user = await this.insert({ ...row, username }, by, also);
    return user ?? this.insert({ ...row, username: `${username}-${randomBytes(4).toString('hex')}` }, by, also);
  }

  /** Null before the first start has finished. */
  findFirstAdmin(): Promise<User | null> {
    return this.users.findFirstAdmin();
  }

  /**
   * The principal everyone gets while authentication is off.
   * @throws Error when there is no admin
   */
  async firstAdmin(): Promise<Principal> {
    const admin = await this.users.findFirstAdmin();
    if (!admin) throw new Error('No admin exists to act as');
    return { ...principalOf(admin, await this.users.findAccount(admin.id)), isAnonymous: true };
  }

  /** The principal of an authenticated user, wherever they come in. @throws UNAUTHORIZED when they or their account are switched off */
  async admit(user: Pick<User, 'id' | 'role' | 'isActive'>): Promise<Principal> {
    const account = await this.users.findAccount(user.id);
    if (!user.isActive || account?.isActive === false) throw switchedOff();
    return principalOf(user, account);
  }

  /** For what a user is given, within its transaction, which holds their row already. @throws CONFLICT for one who is deleted or switched off */
  async demandActive(tx: Transaction, id: string): Promise<void> {
    if (!(await this.users.isActive(tx, id))) throw new TallygateError('CONFLICT', 'The user was deleted, or is switched off.');
  }

  private async insert(row: UserRow, by?: Actor, also?: WithUser): Promise<User | null> {
    const id = await this.postgres.transaction(async (tx) => {
      const made = await this.users.insert(tx, row);
      // Nothing that names them: the log outlives a user.
      const entry = { action: 'user.created', details: { role: row.role } } as const;
      if (made) await this.audit.write(tx, by ?? { via: 'login', userId: made }, { ...entry, subjectId: made });
      if (made) await also?.(tx, made);
      return made;
    });
    return id === undefined ? null : this.users.findById(id);
  }
}
