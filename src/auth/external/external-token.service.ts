import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import type { Role } from '../access/scopes.js';
import { EndedLogins } from '../login/ended-logins.repository.js';
import { JWT_ALGORITHM } from '../login/jwt.strategy.js';
import { ownSubject } from '../login/own-token.js';
import type { User } from '../users/user.entity.js';
import { demandExpiry, externalLoginOf, roleOfRequest, type Claims } from './external-login.js';
import { ExternalLogins } from './external-logins.service.js';

/** Who a token of the operator's own backend names, where it is shown once, to begin a session of the portal. */
@Injectable()
export class ExternalTokens {
  constructor(
    private readonly jwt: JwtService,
    private readonly logins: ExternalLogins,
    private readonly ended: EndedLogins,
    private readonly config: AppConfig,
  ) {}

  /** The user, and what they may be by this token at most. @throws UNAUTHORIZED for any other token, and where none is trusted */
  async userOf(token: string): Promise<{ user: User; role: Role }> {
    const claims = await this.claimsOf(token);
    if (!this.config.values.auth.trust_external_tokens || ownSubject(claims) !== undefined || (await this.ended.has(token)))
      throw invalid();
    demandExpiry(claims);
    const login = externalLoginOf(claims);
    const user = await this.logins.userOf(login);
    return { user, role: roleOfRequest(login, user) };
  }

  private async claimsOf(token: string): Promise<Claims> {
    try {
      return await this.jwt.verifyAsync<Claims>(token, { algorithms: [JWT_ALGORITHM] });
    } catch (error) {
      const isExpired = error instanceof Error && error.name === 'TokenExpiredError';
      throw isExpired ? new TallygateError('UNAUTHORIZED', 'Token expired') : invalid();
    }
  }
}

const invalid = () => new TallygateError('UNAUTHORIZED', 'Invalid token');
