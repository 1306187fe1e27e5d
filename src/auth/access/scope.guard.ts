import { Injectable, Optional, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { TallygateError } from '../../common/tallygate-error.js';
import { Refusals } from '../../telemetry/refusals.js';
import type { AuthenticatedRequest } from './current-principal.decorator.js';
import { hasScope, type Scope } from './scopes.js';

const REQUIRED_SCOPES = Symbol('REQUIRED_SCOPES');

/** The scopes a caller must have, all of them; checked by `ScopeGuard`. */
export const RequiredScopes = (scopes: readonly Scope[]) => SetMetadata(REQUIRED_SCOPES, scopes);

/** Admits callers who have every required scope. Runs after the guard that sets `request.principal`. Without `Refusals` it only looks. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Optional() private readonly refusals?: Refusals,
  ) {}

  /** @throws INSUFFICIENT_PERMISSIONS, worded as in source 003, "Error Handling" */
  canActivate(context: ExecutionContext): boolean {
    const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const required =
      this.reflector.getAllAndOverride<readonly Scope[]>(REQUIRED_SCOPES, [context.getHandler(), context.getClass()]) ?? [];
    if (required.every((scope) => hasScope(principal.scopes, scope))) return true;
    this.refusals?.count('not_allowed');
    throw new TallygateError('INSUFFICIENT_PERMISSIONS', 'Insufficient permissions for this operation', {
      requiredPermissions: required,
    });
  }
}
