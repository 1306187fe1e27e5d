import { Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/access/principal.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { FailureLimiter } from '../../limits/failure-limiter.js';
import { ApiKeyVerifier, type ApiKeyVerification } from './api-key.verifier.js';

/** Source 000, "Troubleshooting": the words of a missing key. */
const KEY_REQUIRED = 'API key required';
/** Source 000, "Troubleshooting": the words of a key that is wrong, expired or revoked. */
const KEY_INVALID = 'Invalid or expired API key';

/** What is said where a key is needed and no credential came. */
export const keyRequired = (): TallygateError => new TallygateError('UNAUTHORIZED', KEY_REQUIRED, { isCredentialMissing: true });

/** From a presented key to its owner, the same on both listeners. */
@Injectable()
export class KeyAdmission {
  constructor(
    private readonly verifier: ApiKeyVerifier,
    private readonly failures: FailureLimiter,
  ) {}

  /**
   * Synchronous for a key that memory knows. Such a key passes even from an address that presented too many wrong ones:
   * one client with a revoked key must not lock out its whole office.
   * @throws UNAUTHORIZED in the same words for every reason; RATE_LIMITED for such an address; UNAVAILABLE.
   */
  admit(token: string, address: string | undefined): Principal | Promise<Principal> {
    const known = this.verifier.recall(token);
    if (known?.ok) return known.principal;
    this.failures.check(address);
    const verification = known ?? this.verifier.verify(token);
    return verification instanceof Promise
      ? verification.then((done) => this.principalOf(done, address))
      : this.principalOf(verification, address);
  }

  /** Whether a key that was admitted still works. Nothing is held against its caller. @throws UNAVAILABLE */
  async isStillValid(token: string): Promise<boolean> {
    return (await this.verifier.verify(token)).ok;
  }

  /** The same for many callers of whom only their keys' ids are known. @throws Error when PostgreSQL does not answer. */
  workingAmong(keyIds: Iterable<string>): Promise<Set<string>> {
    return this.verifier.workingAmong(keyIds);
  }

  private principalOf(verification: ApiKeyVerification, address: string | undefined): Principal {
    if (verification.ok) return verification.principal;
    this.failures.recordFailure(address);
    throw new TallygateError('UNAUTHORIZED', KEY_INVALID);
  }
}
