import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Postgres } from '../../database/postgres.js';
import type { Role } from '../access/scopes.js';
import { User } from './user.entity.js';

export interface UserRow {
  username: string;
  /** Lower case. */
  email: string;
  passwordHash: string;
  role: Role;
  /** Null: none. */
  displayName?: string | null;
}

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

  findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ email: email.toLowerCase() });
  }

  findByUsername(username: string): Promise<User | null> {
    return this.users.createQueryBuilder('u').where('lower(u.username) = lower(:username)', { username }).getOne();
  }

  /** A page of users, newest first, and how many there are. */
  findPage({ limit, offset }: { limit: number; offset: number }): Promise<[User[], number]> {
    return this.users.findAndCount({ order: { createdAt: 'DESC', id: 'ASC' }, take: limit, skip: offset });
  }

  /** The admin who was there first, active ones before others. */
  findFirstAdmin(): Promise<User | null> {
    return this.users.findOne({ where: { role: 'admin' }, order: { isActive: 'DESC', createdAt: 'ASC', id: 'ASC' } });
  }

  /** Null when the user name or the e-mail is taken; decided by the table's own indexes, so two at once cannot both win. */
  async insert({ username, email, passwordHash, role, displayName = null }: UserRow): Promise<User | null> {
    const [made] = await this.postgres.query<{ id: string }>(
      `INSERT INTO mcp.users (username, email, password_hash, role, display_name) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING id`,
      [username, email, passwordHash, role, displayName],
    );
    return made ? this.findById(made.id) : null;
  }

  /** The name of the user's account, which a principal carries; undefined when there is none. */
  async findAccountId(id: string): Promise<number | undefined> {
    const [caller] = await this.postgres.query<{ accountId: string | null }>(
      'SELECT account_id AS "accountId" FROM mcp.callers WHERE user_id = $1',
      [id],
    );
    return caller?.accountId ? Number(caller.accountId) : undefined;
  }

  async updatePassword(id: string, passwordHash: string): Promise<void> {
    await this.users.update({ id }, { passwordHash });
  }
}
