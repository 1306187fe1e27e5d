import { Injectable } from '@nestjs/common';
import { HOW_TO_SEND_A_KEY } from '../../auth/access/credential.js';
import type { Principal } from '../../auth/access/principal.js';
import { ASK_TO_SWITCH_ON } from '../../auth/access/switched-off.js';
import { ownSubject } from '../../auth/login/own-token.js';
import { isObject } from '../../common/json.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { FailureLimiter } from '../../limits/failure-limiter.js';
import { Refusals, type RefusalReason } from '../../telemetry/refusals.js';
import { ApiKeyVerifier, type ApiKeyDenial, type ApiKeyVerification } from './api-key.verifier.js';

/** They begin as source 000, "Troubleshooting", has them, and go on with what to do, since clients show little else. */
const KEY_REQUIRED = `API key required. ${HOW_TO_SEND_A_KEY}`;
const UNKNOWN = `Invalid or expired API key: there is no such key here. Check that it was copied whole. ${HOW_TO_SEND_A_KEY}`;
const LOGIN_TOKEN =
  'Invalid or expired API key: this is a login token, which REST takes. With it, create a key at POST /api/mcp-keys/create, and send that.';
const CREATE_ANOTHER = 'Create a new one at POST /api/mcp-keys/create.';

/** Why a key is refused. Whatever tells of a key's state is said to who holds the whole key only (`ApiKeyVerifier`). */
const DENIED: Record<ApiKeyDenial, string> = {
  malformed: UNKNOWN,
  unknown: UNKNOWN,
  expired: `Invalid or expired API key: it has expired. ${CREATE_ANOTHER}`,
  revoked: `Invalid or expired API key: it was revoked or replaced. ${CREATE_ANOTHER}`,
  inactive_user: `The user of this API key is switched off. ${ASK_TO_SWITCH_ON}`,
  inactive_account: `The MCP account of this API key is switched off. ${ASK_TO_SWITCH_ON}`,
};

const COUNTED_AS: Record<ApiKeyDenial, RefusalReason> = {
  malformed: 'unknown_key',
  unknown: 'unknown_key',
  expired: 'expired_key',
  revoked: 'revoked_key',
  inactive_user: 'switched_off',
  inactive_account: 'switched_off',
};

/** What is said where a key is needed and no credential came. */
export const keyRequired = (): TallygateError => new TallygateError('UNAUTHORIZED', KEY_REQUIRED, { isCredentialMissing: true });

/** From a presented key to its owner, the same on both listeners. */
@Injectable()
export class KeyAdmission {
  constructor(
    private readonly verifier: ApiKeyVerifier,
    private readonly failures: FailureLimiter,
    private readonly refusals: Refusals,
  ) {}

  /**
   * Synchronous for a key that memory knows. Such a key passes even from an address that presented too many wrong ones:
   * one client with a revoked key must not lock out its whole office.
   * @throws UNAUTHORIZED saying why and what to do; RATE_LIMITED for such an address; UNAVAILABLE.
   */
  admit(token: string, address: string | undefined): Principal | Promise<Principal> {
    const known = this.verifier.recall(token);
    if (known?.ok) return known.principal;
    this.failures.check(address);
    const verification = known ?? this.verifier.verify(token);
    return verification instanceof Promise
      ? verification.then((done) => this.principalOf(done, token, address))
      : this.principalOf(verification, token, address);
  }

  /** Whether a key that was admitted still works. Nothing is held against its caller. @throws UNAVAILABLE */
  async isStillValid(token: string): Promise<boolean> {
    return (await this.verifier.verify(token)).ok;
  }

  /** The same for many callers of whom only their keys' ids are known. @throws Error when PostgreSQL does not answer. */
  workingAmong(keyIds: Iterable<string>): Promise<Set<string>> {
    return this.verifier.workingAmong(keyIds);
  }

  private principalOf(verification: ApiKeyVerification, token: string, address: string | undefined): Principal {
    if (verification.ok) return verification.principal;
    this.failures.recordFailure(address);
    this.refusals.count(COUNTED_AS[verification.reason]);
    const words = DENIED[verification.reason];
    throw new TallygateError('UNAUTHORIZED', words === UNKNOWN && isLoginToken(token) ? LOGIN_TOKEN : words);
  }
}

/** By its looks one of ours; whether it is good is no matter here. */
function isLoginToken(text: string): boolean {
  try {
    const claims: unknown = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
    return isObject(claims) && ownSubject(claims) !== undefined;
  } catch {
    return false;
  }
}
