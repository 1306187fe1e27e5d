import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { TallygateError } from '../../common/tallygate-error.js';
import { AnonymousAccess } from '../access/anonymous-access.service.js';
import type { AuthenticatedRequest } from '../access/current-principal.decorator.js';

/**
 * Admits a valid login token and sets `request.principal`; with authentication off, admits everyone as the first
 * admin.
 */
@Injectable()
export class JwtGuard extends AuthGuard('jwt') {
  constructor(private readonly anonymous: AnonymousAccess) {
    super();
  }

  /** @throws UNAUTHORIZED saying what is wrong with the credential. */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const anybody = await this.anonymous.principal();
    if (!anybody) return (await super.canActivate(context)) as boolean;
    context.switchToHttp().getRequest<AuthenticatedRequest>().principal = anybody;
    return true;
  }

  override getAuthenticateOptions() {
    return { session: false, property: 'principal' };
  }

  /** `info` is the reason passport refused the token; the messages are those of source 002. */
  override handleRequest<Principal>(error: unknown, principal: Principal | false, info: unknown): Principal {
    if (error) throw error;
    if (principal) return principal;
    const expired = info instanceof Error && info.name === 'TokenExpiredError';
    throw new TallygateError('UNAUTHORIZED', expired ? 'Token expired' : 'Invalid token');
  }
}
