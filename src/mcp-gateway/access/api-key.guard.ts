import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { keyRequired } from '../../api-keys/verification/key-admission.service.js';
import type { Principal } from '../../auth/access/principal.js';
import { AppConfig } from '../../config/app-config.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpCallers } from './mcp-callers.service.js';
import { McpSessions, SESSION_HEADER } from '../sessions/mcp-sessions.service.js';

const KEY_OPTIONAL = Symbol('KEY_OPTIONAL');

/** Marks an MCP method that is answered without a key, as far as the settings allow; a wrong key is refused all the same. */
export const KeyOptional = () => SetMetadata(KEY_OPTIONAL, true);

/** Whether a method that serves MCP is answered without a key. */
export const isKeyOptional = (method: object, { values }: AppConfig): boolean =>
  Reflect.hasMetadata(KEY_OPTIONAL, method) && !values.mcp.initialize_needs_key;

/**
 * Admits a message with a valid API key: its owner is its caller, in their session where they name one.
 * No key: refused unless the method is `@KeyOptional()`. A wrong, expired or revoked key: refused on every method, so
 * that clients show why instead of asking for a login.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly callers: McpCallers,
    private readonly config: AppConfig,
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
    else if (!isKeyOptional(execution.getHandler(), this.config)) throw keyRequired();
    return true;
  }

  private sessionOf({ exchange, era, method }: McpContext, caller: Principal) {
    const token = exchange.headers[SESSION_HEADER];
    if (token === undefined || !this.sessions.areOn || era.modern || method === 'initialize') return undefined;
    return this.sessions.find(String(token), caller);
  }
}
