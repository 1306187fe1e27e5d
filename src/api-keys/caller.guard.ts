import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import type { AuthenticatedRequest } from '../auth/access/current-principal.decorator.js';
import { JwtGuard } from '../auth/login/jwt.guard.js';
import { looksLikeToken } from './keys/api-key-token.js';
import { KeyAdmission } from './verification/key-admission.service.js';

/** Admits an API key (`X-API-Key`, or as Bearer) or, where none is given, a login token. Sets `request.principal`. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly jwt: JwtGuard,
    private readonly keys: KeyAdmission,
  ) {}

  /** @throws TallygateError UNAUTHORIZED; RATE_LIMITED for an address that presented too many wrong keys. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const token = presentedKey(request.headers);
    if (token === undefined) return this.jwt.canActivate(context);
    request.principal = await this.keys.admit(token, request.ip);
    return true;
  }
}

/** `X-API-Key` wins. Node gives header names in lower case, so any casing works. */
function presentedKey({ 'x-api-key': apiKey, authorization = '' }: IncomingHttpHeaders): string | undefined {
  if (apiKey !== undefined) return String(apiKey);
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return bearer !== undefined && looksLikeToken(bearer) ? bearer : undefined;
}
