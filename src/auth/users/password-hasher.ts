import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { TallygateError } from '../../common/tallygate-error.js';

/** argon2id; OWASP's first choice of cost: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Of a random password nobody knows, at the same cost: what is verified when there is no such user. */
export const NOBODY = '$argon2id$v=19$m=19456,t=2,p=1$wZB0DsB7aXmaMJ2VrTGPiQ$vT/U97GMOxvgw95YpsL4PLSR6TYgR9TKQAYBA9Kqnis';
/** In place of a hash: this user has no password, as `!` says in /etc/shadow. No hash looks like it. */
export const NO_PASSWORD = '!';
/** Hashes under way or waiting for a thread. Each takes some 20 ms of a core, so this is a second or two of work. */
export const PENDING_MAX = 64;

/** Slow hashes for passwords, never more at once than the process can bear. */
@Injectable()
export class PasswordHasher {
  private pending = 0;

  /** @throws OVERLOADED when too many are under way. */
  hash(password: string): Promise<string> {
    return this.bounded(() => hash(password, COST));
  }

  /**
   * Whether the password belongs to the hash. Without a hash the same work is done for nothing, so that the time tells
   * no one whether a user exists.
   * @throws OVERLOADED when too many are under way.
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
