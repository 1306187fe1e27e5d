import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiKeyVerifier, type ApiKeyVerification } from '../api-keys/api-key.verifier.js';
import { AnonymousAccess } from '../auth/anonymous-access.service.js';
import { TallygateError } from '../common/tallygate-error.js';
import { FailureLimiter } from '../limits/failure-limiter.js';
import type { McpContext } from './mcp-context.js';
import { KEY_INVALID, KEY_REQUIRED } from './mcp-error.js';

const KEY_OPTIONAL = Symbol('KEY_OPTIONAL');

/** Marks an MCP method that is answered without a key; a wrong key is refused all the same. */
export const KeyOptional = () => SetMetadata(KEY_OPTIONAL, true);

/**
 * Lets a message through with a valid API key and puts its owner into the context.
 * No key: refused unless the method is `@KeyOptional()`. A wrong, expired or revoked key: refused on every method, so
 * that clients show why instead of asking for a login.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly verifier: ApiKeyVerifier,
    private readonly failures: FailureLimiter,
    private readonly anonymous: AnonymousAccess,
    private readonly reflector: Reflector,
  ) {}

  canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    const context = execution.switchToRpc().getContext<McpContext>();
    const token = presentedKey(context);
    if (token === undefined) return this.withoutKey(context, execution);
    this.failures.check(context.exchange.address);
    const verification = this.verifier.verify(token);
    return verification instanceof Promise
      ? verification.then((done) => this.admit(context, done))
      : this.admit(context, verification);
  }

  private withoutKey(context: McpContext, execution: ExecutionContext): boolean | Promise<boolean> {
    if (this.reflector.get<boolean>(KEY_OPTIONAL, execution.getHandler())) return true;
    return this.anonymous.principal().then((principal) => {
      if (!principal) throw new TallygateError('UNAUTHORIZED', KEY_REQUIRED);
      context.principal = principal;
      return true;
    });
  }

  private admit(context: McpContext, verification: ApiKeyVerification): boolean {
    if (!verification.ok) {
      this.failures.recordFailure(context.exchange.address);
      throw new TallygateError('UNAUTHORIZED', KEY_INVALID);
    }
    context.principal = verification.principal;
    return true;
  }
}

/** `X-API-Key` wins over `Authorization`; Node gives header names in lower case, so any casing works. */
function presentedKey({ exchange: { headers } }: McpContext): string | undefined {
  const apiKey = headers['x-api-key'];
  if (apiKey !== undefined) return String(apiKey);
  const { authorization } = headers;
  return authorization === undefined ? undefined : authorization.replace(/^Bearer\s+/i, '');
}
