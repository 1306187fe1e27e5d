import { applyDecorators, UseGuards, type CanActivate, type Type } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiForbiddenResponse, ApiUnauthorizedResponse } from '@nestjs/swagger';
import { ErrorDto } from '../../rest/error.dto.js';
import { JwtGuard } from '../login/jwt.guard.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RequiredScopes, ScopeGuard } from './scope.guard.js';
import type { Scope } from './scopes.js';

/** Requires a login token whose user has all these scopes. The module must import `AuthModule`. */
export const Authenticated = (...scopes: Scope[]) => authenticatedBy(JwtGuard, ...scopes);

/**
 * As `Authenticated`, with another guard that sets `request.principal`. Rate limits are counted before scopes are
 * checked, so that a flood of refused requests is limited too.
 */
export function authenticatedBy(guard: Type<CanActivate>, ...scopes: Scope[]) {
  return applyDecorators(
    RequiredScopes(scopes),
    UseGuards(guard, RateLimitGuard, ScopeGuard),
    ApiBearerAuth(),
    ApiCookieAuth('session'),
    ApiUnauthorizedResponse({ description: 'Missing, wrong or expired credential', type: ErrorDto }),
    ...(scopes.length > 0
      ? [ApiForbiddenResponse({ description: `Insufficient permissions: needs ${scopes.join(', ')}`, type: ErrorDto })]
      : []),
  );
}
