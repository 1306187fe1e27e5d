import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { credentialOf } from '../auth/access/credential.js';
import type { AuthenticatedRequest } from '../auth/access/current-principal.decorator.js';
import { JwtGuard } from '../auth/login/jwt.guard.js';
import { KeyAdmission } from './verification/key-admission.service.js';

/** Admits an API key or, where none is given, a login token. Sets `request.principal`. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly jwt: JwtGuard,
    private readonly keys: KeyAdmission,
  ) {}

  /** @throws TallygateError UNAUTHORIZED; RATE_LIMITED for an address that presented too many wrong keys. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const { kind, text } = credentialOf(request.headers);
    if (kind !== 'key') return this.jwt.canActivate(context);
    request.principal = await this.keys.admit(text, request.ip);
    return true;
  }
}
