import { Injectable } from '@nestjs/common';
import { KeyAdmission } from '../../api-keys/verification/key-admission.service.js';
import { AnonymousAccess } from '../../auth/access/anonymous-access.service.js';
import { credentialOf } from '../../auth/access/credential.js';
import type { Principal } from '../../auth/access/principal.js';
import type { McpExchange } from '../context/mcp-exchange.js';

/** Tells who sends messages to port 8001. */
@Injectable()
export class McpCallers {
  constructor(
    private readonly keys: KeyAdmission,
    private readonly anonymous: AnonymousAccess,
  ) {}

  /**
   * Whose key an exchange came with; without one the caller that everybody is where authentication is off, else undefined.
   * Synchronous for a key that memory knows. @throws what `KeyAdmission.admit` throws
   */
  of(exchange: McpExchange): Principal | Promise<Principal | undefined> {
    return exchange.caller ?? this.now(exchange);
  }

  /** The same by what is known now, whatever was decided when the exchange began. */
  now({ headers, address }: McpExchange): Principal | Promise<Principal | undefined> {
    const { kind, text } = credentialOf(headers);
    return kind === 'none' ? this.anonymous.principal() : this.keys.admit(text, address);
  }
}
