import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { TallygateError } from '../../common/tallygate-error.js';

/** argon2id with OWASP's first recommended parameters: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** The hash of an unknown random password at the same cost, verified when the user does not exist. */
export const NOBODY = '$argon2id$v=19$m=19456,t=2,p=1$wZB0DsB7aXmaMJ2VrTGPiQ$vT/U97GMOxvgw95YpsL4PLSR6TYgR9TKQAYBA9Kqnis';
/** Stored instead of a hash for a user without a password, like `!` in /etc/shadow. No hash looks like it. */
export const NO_PASSWORD = '!';
/** Most hashes running or queued. Each takes about 20 ms of a core, so this is one to two seconds of work. */
export const PENDING_MAX = 64;

/** Slow password hashes, with a bound on how many at once. */
@Injectable()
export class PasswordHasher {
  private pending = 0;

  /** @throws OVERLOADED when too many are running or queued */
  hash(password: string): Promise<string> {
    return this.bounded(() => hash(password, COST));
  }

  /**
   * Whether the password matches the hash. Without a hash the same work is done, so that the response time does not
   * reveal whether a user exists.
   * @throws OVERLOADED when too many are running or queued
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const hasPassword = passwordHash !== undefined && passwordHash !== NO_PASSWORD;
    const matches = await this.bounded(() => verify(hasPassword ? passwordHash : NOBODY, password));
    return matches && hasPassword;
  }

  private async bounded<T>(work: () => Promise<T>): Promise<T> {
    if (this.pending >= PENDING_MAX) {
      throw new TallygateError('OVERLOADED', 'Too many logins at once. Try again in a moment.', { retryAfterSeconds: 2 });
    }
    this.pending += 1;
    try {
      return await work();
    } finally {
      this.pending -= 1;
    }
  }
}
