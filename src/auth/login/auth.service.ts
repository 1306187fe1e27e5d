import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { LoginLimits } from './login-limits.service.js';
import { claimsFor } from './own-token.js';
import { PasswordHasher } from '../users/password-hasher.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';

export interface LoginAttempt {
  /** E-mail or user name. */
  login: string;
  password: string;
  /** The client's address, as reported by trusted proxies. */
  address: string | undefined;
}

/** A login token, as answered. */
export interface AccessToken {
  access_token: string;
  token_type: 'bearer';
  /** Seconds. */
  expires_in: number;
}

/** Exchanges a password for a login token. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly passwords: PasswordHasher,
    private readonly limits: LoginLimits,
    private readonly jwt: JwtService,
    private readonly config: AppConfig,
  ) {}

  /**
   * @throws INVALID_CREDENTIALS with the same message and after the same work for an unknown user, a wrong password
   * and a deactivated user, so that they cannot be told apart; RATE_LIMITED before any of that work
   */
  async login({ login, password, address }: LoginAttempt): Promise<AccessToken> {
    this.limits.begin(login, address);
    const user = await this.authenticate(login, password).catch((error: unknown) => {
      this.limits.undo(login, address);
      throw error;
    });
    if (!user) throw new TallygateError('INVALID_CREDENTIALS', 'Invalid credentials');
    this.limits.succeeded(login, address);
    return this.tokenFor(user);
  }

  private async authenticate(login: string, password: string): Promise<User | undefined> {
    const user = await this.users.findByLogin(login);
    const matches = await this.passwords.verify(user?.passwordHash, password);
    return user?.isActive && matches ? user : undefined;
  }

  private async tokenFor(user: User): Promise<AccessToken> {
    const expires_in = this.config.values.auth.access_token_expire_minutes * 60;
    const access_token = await this.jwt.signAsync(claimsFor(user), { expiresIn: expires_in });
    return { access_token, token_type: 'bearer', expires_in };
  }
}
