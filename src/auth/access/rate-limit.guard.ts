import {
  applyDecorators,
  Injectable,
  SetMetadata,
  UseInterceptors,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import type { Response } from 'express';
import { CallerLimit } from './caller-limit.service.js';
import { InUserTurn } from './user-turns.service.js';
import type { AuthenticatedRequest } from './current-principal.decorator.js';

const UNLIMITED = Symbol('UNLIMITED');

/**
 * Admits callers who have spent their allowance, and counts nothing: for what ends access, which is most urgent just when somebody
 * else is spending it. A few of a user's run at once.
 */
export const Unlimited = () =>
  applyDecorators(SetMetadata(UNLIMITED, true), UseInterceptors(InUserTurn), ApiExtension('x-unlimited', true));

/** Admits REST requests within their caller's limit. Stands behind the guard that sets `request.principal`. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly limit: CallerLimit,
    private readonly reflector: Reflector,
  ) {}

  /** @throws RATE_LIMITED */
  canActivate(context: ExecutionContext): true | Promise<true> {
    if (this.reflector.get<boolean | undefined>(UNLIMITED, context.getHandler())) return true;
    const http = context.switchToHttp();
    const { principal, method } = http.getRequest<AuthenticatedRequest>();
    const isRead = method === 'GET' || method === 'HEAD';
    return this.limit.admit(principal, (headers) => http.getResponse<Response>().set(headers), isRead);
  }
}
