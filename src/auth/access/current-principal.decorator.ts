import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { originOf, type Principal } from './principal.js';

/** A request that passed an authentication guard. */
export interface AuthenticatedRequest extends Request {
  principal: Principal;
}

const requestOf = (context: ExecutionContext): AuthenticatedRequest => context.switchToHttp().getRequest<AuthenticatedRequest>();

/** The caller of an `@Authenticated()` handler. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext) => requestOf(context).principal);

/** The caller of a handler that writes into the audit log, with the request that the log tells of. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const request = requestOf(context);
  return { ...request.principal, request: originOf(request) };
});
