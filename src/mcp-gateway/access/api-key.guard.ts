import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { keyRequired } from '../../api-keys/verification/key-admission.service.js';
import type { Principal } from '../../auth/access/principal.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpCallers } from './mcp-callers.service.js';
import { McpSessions, SESSION_HEADER } from '../sessions/mcp-sessions.service.js';

export const KEY_OPTIONAL = Symbol('KEY_OPTIONAL');

/** Marks an MCP method that is answered without a key; a wrong key is refused all the same. */
export const KeyOptional = () => SetMetadata(KEY_OPTIONAL, true);

/**
 * Admits a message with a valid API key: its owner is its caller, in their session where they name one.
 * No key: refused unless the method is `@KeyOptional()`. A wrong, expired or revoked key: refused on every method, so
 * that clients show why instead of asking for a login.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly callers: McpCallers,
    private readonly reflector: Reflector,
    private readonly sessions: McpSessions,
  ) {}

  canActivate(execution: ExecutionContext): true | Promise<true> {
    const context = execution.getArgByIndex<McpContext>(0);
    const caller = this.callers.of(context.exchange);
    return caller instanceof Promise
      ? caller.then((found) => this.enter(context, found, execution))
      : this.enter(context, caller, execution);
  }

  private enter(context: McpContext, caller: Principal | undefined, execution: ExecutionContext): true {
    if (caller) context.admit(caller, this.sessionOf(context, caller));
    else if (!this.reflector.get<boolean>(KEY_OPTIONAL, execution.getHandler())) throw keyRequired();
    return true;
  }

  private sessionOf({ exchange, era, method }: McpContext, caller: Principal) {
    const token = exchange.headers[SESSION_HEADER];
    if (token === undefined || !this.sessions.areOn || era.modern || method === 'initialize') return undefined;
    return this.sessions.find(String(token), caller);
  }
}
