import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { KeyAdmission, keyRequired } from '../../api-keys/verification/key-admission.service.js';
import { AnonymousAccess } from '../../auth/access/anonymous-access.service.js';
import { credentialOf } from '../../auth/access/credential.js';
import type { Principal } from '../../auth/access/principal.js';
import type { McpContext } from '../context/mcp-context.js';
import { McpSessions, SESSION_HEADER } from '../sessions/mcp-sessions.service.js';

const KEY_OPTIONAL = Symbol('KEY_OPTIONAL');

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
    private readonly keys: KeyAdmission,
    private readonly anonymous: AnonymousAccess,
    private readonly reflector: Reflector,
    private readonly sessions: McpSessions,
  ) {}

  canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    const context = execution.getArgByIndex<McpContext>(0);
    const { kind, text } = credentialOf(context.exchange.headers);
    if (kind === 'none') return this.withoutKey(context, execution);
    const principal = this.keys.admit(text, context.exchange.address);
    return principal instanceof Promise ? principal.then((found) => this.enter(context, found)) : this.enter(context, principal);
  }

  private async withoutKey(context: McpContext, execution: ExecutionContext): Promise<boolean> {
    const principal = await this.anonymous.principal();
    if (principal) return this.enter(context, principal);
    if (this.reflector.get<boolean>(KEY_OPTIONAL, execution.getHandler())) return true;
    throw keyRequired();
  }

  private enter(context: McpContext, caller: Principal): true {
    context.admit(caller, this.sessionOf(context, caller));
    return true;
  }

  private sessionOf({ exchange, era, method }: McpContext, caller: Principal) {
    const token = exchange.headers[SESSION_HEADER];
    if (token === undefined || !this.sessions.areOn || era.modern || method === 'initialize') return undefined;
    return this.sessions.find(String(token), caller);
  }
}
