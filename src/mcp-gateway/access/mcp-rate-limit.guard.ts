import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CallerLimit } from '../../auth/access/caller-limit.service.js';
import type { McpContext } from '../context/mcp-context.js';

/** Admits messages within their caller's limit. Stands behind `ApiKeyGuard`. */
@Injectable()
export class McpRateLimitGuard implements CanActivate {
  constructor(private readonly limit: CallerLimit) {}

  /** @throws RATE_LIMITED */
  canActivate(execution: ExecutionContext): true | Promise<true> {
    const { caller, exchange } = execution.getArgByIndex<McpContext>(0);
    return this.limit.admit(caller, (headers) => Object.assign(exchange.responseHeaders, headers));
  }
}
