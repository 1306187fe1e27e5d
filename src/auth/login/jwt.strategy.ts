import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { AppConfig } from '../../config/app-config.js';
import { demandExpiry, externalLoginOf, roleOfRequest, type Claims } from '../external/external-login.js';
import { ExternalLogins } from '../external/external-logins.service.js';
import { EndedLogins } from './ended-logins.repository.js';
import { loginTokenOf } from './login-token.js';
import { isCurrent, ownSubject } from './own-token.js';
import type { Principal } from '../access/principal.js';
import { UserTurns } from '../access/user-turns.service.js';
import { UsersService } from '../users/users.service.js';

/** The only algorithm used for signing, and the only one accepted. */
export const JWT_ALGORITHM = 'HS256';

/** Verifies a login token and reads its user, so that a changed password or role or a deactivation counts at once. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    private readonly config: AppConfig,
    private readonly users: UsersService,
    private readonly external: ExternalLogins,
    private readonly ended: EndedLogins,
    private readonly turns: UserTurns,
  ) {
    super({
      jwtFromRequest: (request) => loginTokenOf(request.headers),
      secretOrKey: config.values.auth.secret_key,
      algorithms: [JWT_ALGORITHM],
      passReqToCallback: true,
    });
  }

  /**
   * Returns false, which refuses the token, when it was logged out, or its user is gone or has changed since.
   * @throws UNAUTHORIZED for a token that never expires, one of others without an e-mail, and one whose user is switched off
   */
  async validate({ headers }: IncomingMessage, claims: Claims): Promise<Principal | false> {
    demandExpiry(claims);
    return this.turns.run(String(claims['sub'] ?? claims['email']), async () => {
      const [principal, hasEnded] = await Promise.all([this.principalOf(claims), this.ended.has(loginTokenOf(headers))]);
      return !hasEnded && principal;
    });
  }

  private async principalOf(claims: Claims): Promise<Principal | false> {
    const own = ownSubject(claims);
    if (own !== undefined) return this.admitOwn(claims, own);
    if (!this.config.values.auth.trust_external_tokens) return false;
    const login = externalLoginOf(claims);
    const user = await this.external.userOf(login);
    return this.users.admit({ ...user, role: roleOfRequest(login, user) });
  }

  private async admitOwn(claims: Claims, id: string): Promise<Principal | false> {
    const user = await this.users.findById(id);
    if (!user || user.deletedAt) return false;
    const principal = await this.users.admit(user); // whose version counts up when they are switched off
    return isCurrent(claims, user) && principal;
  }
}
