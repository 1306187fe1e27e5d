import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { PasswordHasher } from './password-hasher.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { LoginLimits } from '../login/login-limits.service.js';

export interface LoginAttempt {
  /** E-mail or user name. */
  login: string;
  password: string;
  /** The client's address, as reported by trusted proxies. */
  address: string | undefined;
}

/** Whose password it is. Guessing is slowed down, and what is wrong cannot be told from outside. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: PasswordHasher,
    private readonly limits: LoginLimits,
    private readonly audit: AuditLog,
  ) {}

  /** The user, if the password is theirs. @throws RATE_LIMITED; what goes wrong on our side, which does not count */
  async userOf({ login, password, address }: LoginAttempt): Promise<User | undefined> {
    this.limits.begin(login, address);
    try {
      const user = await this.users.findByLogin(login);
      const matches = await this.passwords.verify(user?.passwordHash, password);
      if (!user || !matches) return void (user && this.noteFailure(user, address));
      this.limits.succeeded(login, address);
      return user;
    } catch (error) {
      this.limits.undo(login, address);
      throw error;
    }
  }

  /** Not waited for: the answer must take as long as for a user who does not exist. */
  private noteFailure(user: User, address: string | undefined): void {
    void this.audit.noteIfPossible({ via: 'login' }, { action: 'login.failed', subjectId: user.id, details: { address } });
  }
}
