import { Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { derivedKey } from '../../common/derived-key.js';
import { AppConfig } from '../../config/app-config.js';
import type { Transaction } from '../../database/sql.js';
import type { Actor } from '../audit/audit-entry.js';
import { UserChanges } from './user-changes.service.js';
import { UsersRepository } from './users.repository.js';

const EMAIL_LABEL = 'tallygate deleted e-mail v1';

/** A user who is being deleted. */
export interface Leaver {
  id: string;
  /** Theirs until now. */
  email: string;
  /** What stands for it from now on. */
  emailAfter: string;
}

/** What a module does with what it keeps of a user: ends or renames it, or throws CONFLICT where they cannot go yet. */
type Part = (tx: Transaction, leaver: Leaver) => Promise<void>;

/** Deletes users for good, with what every module keeps of them, in one transaction. */
@Injectable()
export class UserDeletion {
  private readonly parts: Part[] = [];
  private readonly key: Buffer;

  constructor(
    private readonly users: UsersRepository,
    private readonly changes: UserChanges,
    { values }: AppConfig,
  ) {
    this.key = derivedKey(values.auth.secret_key, EMAIL_LABEL);
  }

  /** A module's part, at its start. */
  add(part: Part): void {
    this.parts.push(part);
  }

  /**
   * Their keys and logins are refused, their e-mail is free for whom an admin gives it. What they have called and paid stays in the
   * books, without their name. @throws NOT_FOUND; CONFLICT for the last active admin, and for what a module says
   */
  async delete(actor: Actor, id: string): Promise<void> {
    await this.changes.change(actor, id, async (tx, user) => {
      await this.changes.demandOtherAdmin(tx, user);
      const emailAfter = await this.users.erase(tx, id, this.markOf(user.email));
      for (const part of this.parts) await part(tx, { id, email: user.email, emailAfter });
      return [['user.deleted', {}]];
    });
  }

  /** Whether this was the e-mail of a deleted user: a token of the operator's own backend outlives them. */
  hasDeleted(email: string): Promise<boolean> {
    return this.users.hasErased(this.markOf(email));
  }

  /** Keyed, so that nobody who reads the database can try e-mails. */
  private markOf(email: string): Buffer {
    return createHmac('sha256', this.key).update(email).digest();
  }
}
