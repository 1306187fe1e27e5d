import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { AppConfig } from '../../config/app-config.js';
import { externalLoginOf, roleOfRequest, type Claims } from './external-login.js';
import { loginTokenOf } from './login-token.js';
import type { Principal } from '../access/principal.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';

/** The only algorithm used for signing, and the only one accepted. */
export const JWT_ALGORITHM = 'HS256';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Verifies a login token and reads its user, so that a changed role or a deactivation counts at once. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    private readonly config: AppConfig,
    private readonly users: UsersService,
  ) {
    super({
      jwtFromRequest: (request) => loginTokenOf(request.headers),
      secretOrKey: config.values.auth.secret_key,
      algorithms: [JWT_ALGORITHM],
    });
  }

  /**
   * Returns false, which refuses the token, when its user is gone or deactivated.
   * @throws UNAUTHORIZED for a token without an e-mail
   */
  async validate(claims: Claims): Promise<Principal | false> {
    const own = ownSubject(claims);
    if (own !== undefined) return this.admit(await this.users.findById(own));
    if (!this.config.values.auth.trust_external_tokens) return false;
    const login = externalLoginOf(claims);
    const user = await this.users.findOrCreateExternal(login);
    return this.admit({ ...user, role: roleOfRequest(login, user) });
  }

  private async admit(user: User | null): Promise<Principal | false> {
    return user?.isActive ? this.users.principalOf(user) : false;
  }
}

/**
 * The user id in a token that Tallygate issued. Its tokens carry no e-mail, so a backend's tokens may have UUIDs as
 * `sub` too.
 */
function ownSubject({ sub, email }: Claims): string | undefined {
  return typeof sub === 'string' && UUID.test(sub) && email === undefined ? sub : undefined;
}
