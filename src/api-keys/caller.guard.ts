import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import type { AuthenticatedRequest } from '../auth/current-principal.decorator.js';
import { JwtGuard } from '../auth/jwt.guard.js';
import type { Principal } from '../auth/principal.js';
import { TallygateError } from '../common/tallygate-error.js';
import { FailureLimiter } from '../limits/failure-limiter.js';
import { looksLikeToken } from './api-key-token.js';
import { ApiKeyVerifier } from './api-key.verifier.js';

/** Source 000, "Troubleshooting": the words of a key that is wrong, expired or revoked. */
const KEY_INVALID = 'Invalid or expired API key';

/** Admits an API key (`X-API-Key`, or as Bearer) or, where none is given, a login token. Sets `request.principal`. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly jwt: JwtGuard,
    private readonly verifier: ApiKeyVerifier,
    private readonly failures: FailureLimiter,
  ) {}

  /** @throws TallygateError UNAUTHORIZED; RATE_LIMITED for an address that presented too many wrong keys. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const token = presentedKey(request.headers);
    if (token === undefined) return this.jwt.canActivate(context);
    request.principal = await this.principalOf(token, request.ip);
    return true;
  }

  /** A key known to be good passes unlimited: one client with a revoked key must not lock out its whole office. */
  private async principalOf(token: string, address: string | undefined): Promise<Principal> {
    const known = this.verifier.recall(token);
    if (known?.ok) return known.principal;
    this.failures.check(address);
    const verification = known ?? (await this.verifier.verify(token));
    if (verification.ok) return verification.principal;
    this.failures.recordFailure(address);
    throw new TallygateError('UNAUTHORIZED', KEY_INVALID);
  }
}

/** `X-API-Key` wins. Node gives header names in lower case, so any casing works. */
function presentedKey({ 'x-api-key': apiKey, authorization = '' }: IncomingHttpHeaders): string | undefined {
  if (apiKey !== undefined) return String(apiKey);
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return bearer !== undefined && looksLikeToken(bearer) ? bearer : undefined;
}
