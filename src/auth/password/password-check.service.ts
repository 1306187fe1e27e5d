import { Injectable } from '@nestjs/common';
import type { RequestOrigin } from '../access/principal.js';
import { LoginNotes } from '../audit/login-notes.service.js';
import { PasswordHasher } from './password-hasher.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { LoginLimits } from '../login/login-limits.service.js';

export interface LoginAttempt {
  /** E-mail or user name. */
  login: string;
  password: string;
  from: RequestOrigin;
}

/** Whose password it is. Guessing is slowed down, and what is wrong cannot be told from outside. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: PasswordHasher,
    private readonly limits: LoginLimits,
    private readonly notes: LoginNotes,
  ) {}

  /** The user, if the password is theirs. @throws RATE_LIMITED; what goes wrong on our side, which does not count */
  async userOf({ login, password, from }: LoginAttempt): Promise<User | undefined> {
    const { address } = from;
    this.limits.begin(login, address);
    try {
      const user = await this.users.findByLogin(login);
      const matches = await this.passwords.verify(user?.passwordHash, password);
      // Not waited for: the answer must take as long as for a user who does not exist.
      if (!user || !matches) return void (user && this.notes.failed(user.id, from));
      this.limits.succeeded(login, address, [user.email, user.username]);
      return user;
    } catch (error) {
      this.limits.undo(login, address);
      throw error;
    }
  }
}
