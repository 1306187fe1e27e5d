import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CallerLimit } from '../../auth/access/caller-limit.service.js';
import type { McpContext } from '../context/mcp-context.js';

/** Admits messages within their caller's limit, and those without a caller where `ApiKeyGuard` lets them in. Stands behind it. */
@Injectable()
export class McpRateLimitGuard implements CanActivate {
  constructor(private readonly limit: CallerLimit) {}

  /** @throws RATE_LIMITED */
  canActivate(execution: ExecutionContext): true | Promise<true> {
    const { callerIfKnown: caller, exchange } = execution.getArgByIndex<McpContext>(0);
    return !caller || this.limit.admit(caller, (headers) => Object.assign(exchange.responseHeaders, headers));
  }
}
