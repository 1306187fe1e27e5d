import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { TallygateError } from '../common/tallygate-error.js';
import { PasswordHasher } from './password-hasher.js';
import { principalOf, type Principal } from './principal.js';
import type { Role, User } from './user.entity.js';
import { usernameFrom } from './username.js';
import { UsersRepository } from './users.repository.js';

export interface NewUser {
  /** Unset: made from the e-mail. */
  username?: string;
  email: string;
  password: string;
  role?: Role;
}

/** The people who can log in. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: PasswordHasher,
  ) {}

  findById(id: string): Promise<User | null> {
    return this.users.findById(id);
  }

  /** By e-mail or by user name; a user name never has an `@`, so there is no doubt which is meant. */
  findByLogin(login: string): Promise<User | null> {
    return login.includes('@') ? this.users.findByEmail(login) : this.users.findByUsername(login);
  }

  /** @throws INVALID_INPUT when the e-mail or the user name is taken. */
  async create({ username, email, password, role = 'user' }: NewUser): Promise<User> {
    const row = { email: email.toLowerCase(), passwordHash: await this.passwords.hash(password), role };
    const name = username ?? usernameFrom(email);
    const user = await this.users.insert({ ...row, username: name });
    // A name nobody chose is nobody's business: when it is taken, another one is made.
    const retried =
      user ?? (username ? null : await this.users.insert({ ...row, username: `${name}-${randomBytes(4).toString('hex')}` }));
    if (!retried) throw new TallygateError('INVALID_INPUT', 'This e-mail or user name is already taken');
    return retried;
  }

  /** Sets a new password; login tokens already handed out live on until they expire. */
  async setPassword(id: string, password: string): Promise<void> {
    await this.users.updatePassword(id, await this.passwords.hash(password));
  }

  /** Null before the first start has finished. */
  findFirstAdmin(): Promise<User | null> {
    return this.users.findFirstAdmin();
  }

  /** Who everyone is while authentication is off. @throws Error when there is no admin. */
  async firstAdmin(): Promise<Principal> {
    const admin = await this.users.findFirstAdmin();
    if (!admin) throw new Error('There is no admin to act as');
    return principalOf(admin);
  }
}
