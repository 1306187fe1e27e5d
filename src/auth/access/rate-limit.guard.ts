import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import { CallerLimit } from './caller-limit.service.js';
import type { AuthenticatedRequest } from './current-principal.decorator.js';

/** Admits REST requests within their caller's limit. Stands behind the guard that sets `request.principal`. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(private readonly limit: CallerLimit) {}

  /** @throws RATE_LIMITED */
  canActivate(context: ExecutionContext): true | Promise<true> {
    const http = context.switchToHttp();
    const { principal } = http.getRequest<AuthenticatedRequest>();
    return this.limit.admit(principal, (headers) => http.getResponse<Response>().set(headers));
  }
}
