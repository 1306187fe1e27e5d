import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { AppConfig } from '../config/app-config.js';
import { loginTokenOf } from './login-token.js';
import { principalOf, type Principal } from './principal.js';
import { UsersService } from './users.service.js';

/** The only algorithm signed with and the only one accepted. */
export const JWT_ALGORITHM = 'HS256';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Verifies a login token and reads its user, so that a changed role or a deactivation counts at once. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    config: AppConfig,
    private readonly users: UsersService,
  ) {
    super({
      jwtFromRequest: (request) => loginTokenOf(request.headers),
      secretOrKey: config.values.auth.secret_key,
      algorithms: [JWT_ALGORITHM],
    });
  }

  /** False refuses the token: its user is gone or deactivated. */
  async validate({ sub }: { sub?: unknown }): Promise<Principal | false> {
    if (typeof sub !== 'string' || !UUID.test(sub)) return false;
    const user = await this.users.findById(sub);
    return user?.isActive ? principalOf(user) : false;
  }
}
