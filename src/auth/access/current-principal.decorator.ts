import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { originOf, type Principal } from './principal.js';

/** A request that passed an authentication guard. */
export interface AuthenticatedRequest extends Request {
  principal: Principal;
}

/** The caller of an `@Authenticated()` handler. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
  return { ...request.principal, request: originOf(request) };
});
