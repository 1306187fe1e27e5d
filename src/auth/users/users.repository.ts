import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { LOCK } from '../../database/advisory-lock.js';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import type { CallerAccount } from '../access/principal.js';
import type { Role } from '../access/scopes.js';
import { NO_PASSWORD } from '../password/password-hasher.js';
import { User } from './user.entity.js';

export interface UserRow {
  username: string;
  /** Lower case. */
  email: string;
  passwordHash: string;
  role: Role;
  /** Null: none. */
  displayName?: string | null;
  /** Has not come by themselves, and not yet. */
  isInvited?: boolean;
}

/** Whether a user of `mcp.users` was invited and has not come yet: with a password or a login of a backend they have. */
export const IS_INVITED = (users: string) =>
  `(${users}.invited_at IS NOT NULL AND ${users}.password_hash = '${NO_PASSWORD}' AND ${users}.last_login_at IS NULL)`;

/** The same of one that is read. */
export const isInvited = ({ invitedAt, passwordHash, lastLoginAt }: User): boolean =>
  invitedAt !== null && passwordHash === NO_PASSWORD && lastLoginAt === null;

/** What users can be sorted by; those who have none of it come last. */
export const USER_ORDERS = {
  created_at: 'u.createdAt',
  email: 'u.email',
  username: 'u.username',
  last_login_at: 'u.lastLoginAt',
} as const;
export type UserOrder = keyof typeof USER_ORDERS;

/** Undefined members do not filter; users are sorted newest first. */
export interface UserSearch {
  /** Part of the e-mail or the user name, case-insensitive, without wildcards. */
  search?: string | undefined;
  /** Exactly the e-mail or the user name, case-insensitive. */
  login?: string | undefined;
  role?: Role | undefined;
  isActive?: boolean | undefined;
  sort?: { by: UserOrder; isDescending: boolean } | undefined;
  limit: number;
  offset: number;
}

const NEWEST_FIRST = { by: 'created_at', isDescending: true } as const;

export type UserChange = Partial<Pick<User, 'role' | 'isActive' | 'displayName' | 'passwordHash'>>;

/** What a user is called. */
export type UserName = Pick<User, 'id' | 'email' | 'displayName'>;

/** What a transaction may need to know of a user, whose row it has locked. */
export type LockedUser = Pick<User, 'id' | 'email' | 'displayName' | 'role' | 'isActive' | 'loginVersion'>;

/** All SQL of `mcp.users`. */
@Injectable()
export class UsersRepository {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly postgres: Postgres,
  ) {}

  findById(id: string): Promise<User | null> {
    return this.users.findOneBy({ id });
  }

  findNames(ids: string[]): Promise<UserName[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return this.postgres.query<UserName>(
      'SELECT id, email, display_name AS "displayName" FROM mcp.users WHERE id = ANY ($1::uuid[])',
      [ids],
    );
  }

  findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ email: email.toLowerCase() });
  }

  findByUsername(username: string): Promise<User | null> {
    return this.users.createQueryBuilder('u').where('lower(u.username) = lower(:username)', { username }).getOne();
  }

  /** A page of users who are not deleted, with the number of all that are found. */
  findPage({ search, login, role, isActive, sort = NEWEST_FIRST, limit, offset }: UserSearch): Promise<[User[], number]> {
    const found = this.users.createQueryBuilder('u').where('u.deletedAt IS NULL');
    const inNames = `(strpos(u.email, lower(:search)) > 0 OR strpos(lower(u.username), lower(:search)) > 0)`;
    if (search !== undefined) found.andWhere(inNames, { search });
    if (login !== undefined) found.andWhere('lower(:login) IN (u.email, lower(u.username))', { login });
    if (role !== undefined) found.andWhere('u.role = :role', { role });
    if (isActive !== undefined) found.andWhere('u.isActive = :isActive', { isActive });
    const [column, order] = [USER_ORDERS[sort.by], sort.isDescending ? 'DESC' : 'ASC'] as const;
    return found.orderBy(column, order, 'NULLS LAST').addOrderBy('u.id').take(limit).skip(offset).getManyAndCount();
  }

  /** The oldest admin, active ones first. */
  findFirstAdmin(): Promise<User | null> {
    return this.users.findOne({ where: { role: 'admin' }, order: { isActive: 'DESC', createdAt: 'ASC', id: 'ASC' } });
  }

  /** The new user's id; undefined when the user name or e-mail is taken. The unique indexes decide, so of two at once only one wins. */
  async insert(
    tx: Transaction,
    { username, email, passwordHash, role, displayName = null, isInvited = false }: UserRow,
  ): Promise<string | undefined> {
    const [made] = await tx.query<{ id: string }>(
      `INSERT INTO mcp.users (username, email, password_hash, role, display_name, invited_at)
       VALUES ($1, $2, $3, $4, $5, CASE WHEN $6::boolean THEN now() END) ON CONFLICT DO NOTHING RETURNING id`,
      [username, email, passwordHash, role, displayName, isInvited],
    );
    return made?.id;
  }

  /** The user's account, as far as a principal carries it; undefined when there is none. */
  async findAccount(id: string): Promise<(CallerAccount & { isActive: boolean }) | undefined> {
    const [caller] = await this.postgres.query<{ accountId: string | null; tier: string; isActive: boolean }>(
      'SELECT account_id AS "accountId", tier, is_account_active AS "isActive" FROM mcp.callers WHERE user_id = $1',
      [id],
    );
    return caller?.accountId ? { ...caller, id: Number(caller.accountId) } : undefined;
  }

  /** The accounts of those who have one. */
  async findAccountIds(ids: string[]): Promise<Map<string, number>> {
    const rows = await this.postgres.query<{ id: string; accountId: string }>(
      'SELECT user_id AS id, account_id AS "accountId" FROM mcp.callers WHERE user_id = ANY($1::uuid[]) AND account_id IS NOT NULL',
      [ids],
    );
    return new Map(rows.map(({ id, accountId }) => [id, Number(accountId)]));
  }

  /** The roles of those among the users who may come in. */
  async findRoles(ids: string[]): Promise<Map<string, Role>> {
    const rows = await this.postgres.query<{ id: string; role: Role }>(
      `SELECT user_id AS id, role FROM mcp.callers
       WHERE user_id = ANY($1::uuid[]) AND is_user_active AND is_account_active IS NOT FALSE`,
      [ids],
    );
    return new Map(rows.map(({ id, role }) => [id, role]));
  }

  /** Undefined for one who is gone. The row is locked until the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<LockedUser | undefined> {
    const [user] = await tx.query<LockedUser>(
      `SELECT id, email, display_name AS "displayName", role, is_active AS "isActive", login_version AS "loginVersion" FROM mcp.users
       WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
      [id],
    );
    return user;
  }

  /** Whether the user is there and switched on, as the transaction sees it. */
  async isActive(tx: Transaction, id: string): Promise<boolean> {
    return (await tx.query('SELECT FROM mcp.users WHERE id = $1 AND is_active AND deleted_at IS NULL', [id])).length > 0;
  }

  /** Makes other changes of who is an admin wait until the transaction ends. */
  async lockAdmins(tx: Transaction): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK.firstAdmin]);
  }

  /** Notes that they are invited again. @returns Whether they may be: they were invited, have not come, and are not switched off. */
  async inviteAgain(tx: Transaction, id: string): Promise<boolean> {
    const count = await tx.execute(
      `UPDATE mcp.users u SET invited_at = now() WHERE id = $1 AND is_active AND deleted_at IS NULL AND ${IS_INVITED('u')}`,
      [id],
    );
    return count > 0;
  }

  /** Whether anybody else is an admin who can log in. */
  async hasOtherAdmin(tx: Transaction, id: string): Promise<boolean> {
    const found = await tx.query(
      `SELECT FROM mcp.callers
       WHERE role = 'admin' AND is_user_active AND is_account_active IS NOT FALSE AND user_id <> $1
         AND NOT EXISTS (SELECT FROM mcp.users u WHERE u.id = user_id AND ${IS_INVITED('u')}) LIMIT 1`,
      [id],
    );
    return found.length > 0;
  }

  /** Ends every login and session, and the password link: a trigger ends sessions with the version they began in. */
  async endLogins(tx: Transaction, id: string): Promise<void> {
    await tx.query('UPDATE mcp.users SET login_version = login_version + 1 WHERE id = $1', [id]);
  }

  /** To within a minute, so that logging in without end writes no more. */
  async markLoggedIn(id: string): Promise<void> {
    await this.postgres.query(
      `UPDATE mcp.users SET last_login_at = now() WHERE id = $1 AND coalesce(last_login_at, '-infinity') < now() - interval '1 minute'`,
      [id],
    );
  }

  /** What the change leaves out stays. */
  async update(tx: Transaction, id: string, { role, isActive, displayName, passwordHash }: UserChange): Promise<void> {
    await tx.query(
      `UPDATE mcp.users SET role = coalesce($2, role), is_active = coalesce($3, is_active), password_hash = coalesce($4, password_hash),
              display_name = CASE WHEN $5 THEN $6 ELSE display_name END
       WHERE id = $1`,
      [id, role ?? null, isActive ?? null, passwordHash ?? null, displayName !== undefined, displayName ?? null],
    );
  }

  /**
   * The row stays, without anything by which its user could be known or come in; their e-mail and name are free again.
   * @param mark Of their e-mail, for `hasErased`.
   * @returns What the row has instead of both, which nobody can take: no e-mail and no user name has a space.
   */
  async erase(tx: Transaction, id: string, mark: Buffer): Promise<string> {
    const name = `deleted user ${id}`;
    await tx.query(
      `UPDATE mcp.users SET username = $2, email = $2, display_name = NULL, password_hash = $3, role = 'user',
              is_active = false, deleted_at = now(), erased_email = $4
       WHERE id = $1`,
      [id, name, NO_PASSWORD, mark],
    );
    return name;
  }

  /** Whether a user was deleted whose e-mail has this mark. */
  async hasErased(mark: Buffer): Promise<boolean> {
    return (await this.postgres.query('SELECT FROM mcp.users WHERE erased_email = $1 LIMIT 1', [mark])).length > 0;
  }
}
