import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { TallygateError } from '../../common/tallygate-error.js';
import { AnonymousAccess } from '../access/anonymous-access.service.js';
import { credentialOf } from '../access/credential.js';
import type { AuthenticatedRequest } from '../access/current-principal.decorator.js';
import type { Principal } from '../access/principal.js';
import { SessionAdmission } from '../sessions/session-admission.service.js';

/**
 * Admits a valid login token or, where no credential is shown, the cookie of a session, and sets `request.principal`; with
 * authentication off, admits everyone as the first admin.
 */
@Injectable()
export class JwtGuard extends AuthGuard('jwt') {
  constructor(
    private readonly anonymous: AnonymousAccess,
    private readonly sessions: SessionAdmission,
  ) {
    super();
  }

  /** @throws UNAUTHORIZED saying what is wrong with the credential; CSRF_REFUSED for a cookie that another page sends. */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const found = (await this.anonymous.principal()) ?? (await this.withCookie(request));
    if (!found) return (await super.canActivate(context)) as boolean;
    request.principal = found;
    return true;
  }

  private withCookie(request: Request): Promise<Principal | undefined> | undefined {
    return credentialOf(request.headers).kind === 'none' ? this.sessions.principalOf(request) : undefined;
  }

  override getAuthenticateOptions() {
    return { session: false, property: 'principal' };
  }

  /** `info` is the reason passport refused the token; the messages are those of source 002. */
  override handleRequest<Found>(error: unknown, principal: Found | false, info: unknown): Found {
    if (error) throw error;
    if (principal) return principal;
    const expired = info instanceof Error && info.name === 'TokenExpiredError';
    throw new TallygateError('UNAUTHORIZED', expired ? 'Token expired' : 'Invalid token');
  }
}
