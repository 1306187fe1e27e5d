import { Injectable } from '@nestjs/common';
import { UsersService } from '../../auth/users/users.service.js';
import { lruOf } from '../../common/lru.js';
import { TallygateError } from '../../common/tallygate-error.js';

/** An e-mail does not change; a user who is erased is forgotten here in time. */
const KEPT_MS = 5 * 60_000;
const KEPT_MAX = 10_000;

/** The e-mails of callers, for servers that are told them. */
@Injectable()
export class CallerEmails {
  private readonly known = lruOf<string, string>(KEPT_MAX, { ttl: KEPT_MS });

  constructor(private readonly users: UsersService) {}

  /** Undefined for a user who is gone. @throws UNAVAILABLE while PostgreSQL does not answer */
  async of(userId: string): Promise<string | undefined> {
    const known = this.known.get(userId);
    if (known !== undefined) return known;
    const user = await this.users.findById(userId).catch((cause: unknown) => {
      throw new TallygateError('UNAVAILABLE', 'Who calls cannot be looked up right now. Try again in a moment.', { cause });
    });
    if (!user || user.deletedAt) return undefined;
    this.known.set(userId, user.email);
    return user.email;
  }
}
