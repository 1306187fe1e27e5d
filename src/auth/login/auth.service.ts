import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { randomUUID } from 'node:crypto';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { actorOf } from '../audit/audit-entry.js';
import { LoginNotes } from '../audit/login-notes.service.js';
import type { Principal, RequestOrigin } from '../access/principal.js';
import { UserChanges } from '../users/user-changes.service.js';
import { EndedLogins } from './ended-logins.repository.js';
import { claimsFor } from './own-token.js';
import { PasswordCheck, type LoginAttempt } from '../password/password-check.service.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';

/** A login token, as answered. */
export interface AccessToken {
  access_token: string;
  token_type: 'bearer';
  /** Seconds. */
  expires_in: number;
}

export interface PasswordChange {
  current: string;
  next: string;
  from: RequestOrigin;
}

/** Logins with a password: their beginning, their end, and the password itself. */
@Injectable()
export class AuthService {
  constructor(
    private readonly check: PasswordCheck,
    private readonly users: UsersService,
    private readonly changes: UserChanges,
    private readonly ended: EndedLogins,
    private readonly notes: LoginNotes,
    private readonly jwt: JwtService,
    private readonly config: AppConfig,
  ) {}

  /**
   * @throws INVALID_CREDENTIALS with the same message and after the same work for an unknown user and a wrong password, so that
   * they cannot be told apart; RATE_LIMITED before any of that work; UNAUTHORIZED for who is switched off and has the right password
   */
  async whoLogsIn(attempt: LoginAttempt): Promise<User> {
    const user = await this.check.userOf(attempt);
    if (!user) throw new TallygateError('INVALID_CREDENTIALS', 'Invalid credentials');
    await this.users.admit(user);
    await this.notes.succeeded(user.id, attempt.from);
    return user;
  }

  /** A token for who logs in. @throws As `whoLogsIn` */
  async login(attempt: LoginAttempt): Promise<AccessToken> {
    return this.tokenFor(await this.whoLogsIn(attempt));
  }

  /**
   * Demands the password of who is logged in already.
   * @throws INVALID_CREDENTIALS for a wrong one; RATE_LIMITED after too many of those
   */
  async demandPassword({ userId }: Principal, password: string, from: RequestOrigin): Promise<User> {
    const known = await this.users.findById(userId);
    const user = known && (await this.check.userOf({ login: known.email, password, from }));
    if (!user) throw wrongPassword();
    return user;
  }

  /**
   * Changes the password of a logged-in user who knows the current one, which ends their other logins; this one goes on with the new
   * token.
   * @throws INVALID_CREDENTIALS for a wrong current password; RATE_LIMITED after too many of those; INVALID_INPUT
   */
  async changePassword(who: Principal, { current, next, from }: PasswordChange): Promise<AccessToken> {
    const user = await this.demandPassword(who, current, from);
    if (current === next) throw new TallygateError('INVALID_INPUT', 'This is the current password. Choose another one.');
    await this.changes.setPassword(actorOf(who), user.id, next, (_, { loginVersion }) => {
      // While it was hashed the password was set by an admin or a link, perhaps just because somebody else knows this one.
      if (loginVersion !== user.loginVersion) throw wrongPassword();
    });
    return this.tokenFor((await this.users.findById(user.id))!);
  }

  /** Ends a login token that was admitted, on every replica. */
  async logOut(who: Principal, token: string): Promise<void> {
    const { exp } = this.jwt.decode<{ exp: number }>(token);
    await this.ended.end(token, new Date(1_000 * exp), who.userId);
    await this.notes.ended(actorOf(who), who.userId);
  }

  private async tokenFor(user: User): Promise<AccessToken> {
    const expires_in = this.config.values.auth.access_token_expire_minutes * 60;
    const access_token = await this.jwt.signAsync(claimsFor(user), { expiresIn: expires_in, jwtid: randomUUID() });
    return { access_token, token_type: 'bearer', expires_in };
  }
}

const wrongPassword = () => new TallygateError('INVALID_CREDENTIALS', 'The current password is wrong.');
