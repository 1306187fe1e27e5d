import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/sql.js';
import { AccountRecordsRepository, type Flags, type ShownSubscription } from './account-records.repository.js';

export type { Flags, ShownSubscription };

/**
 * Changes to an account that move no credits, for the rooms that show and sell accounts. Nobody else writes
 * `mcp.user_accounts`; it is read as the view `mcp.accounts`. All of it is part of the caller's transaction.
 */
@Injectable()
export class AccountRecords {
  constructor(private readonly repository: AccountRecordsRepository) {}

  /** Of all that concerns an account, one transaction at a time, and each sees what the one before it did. */
  lock(tx: Transaction, id: number): Promise<void> {
    return this.repository.lock(tx, id);
  }

  /** Notes the key that was made. @returns The prefix before; undefined when the user has no account. */
  setKey(
    tx: Transaction,
    userId: string,
    key: { id: string; prefix: string },
  ): Promise<{ id: number; before: string } | undefined> {
    return this.repository.setKey(tx, userId, key);
  }

  /** Switches the account on or off. Undefined: no such account. */
  setActive(tx: Transaction, id: number, isActive: boolean): Promise<{ before: boolean } | undefined> {
    return this.repository.setActive(tx, id, isActive);
  }

  /** Switches the account of a deleted user off, and calls it by what stands for them. Undefined: they have none. */
  end(tx: Transaction, userId: string, email: string): Promise<{ id: number; before: boolean } | undefined> {
    return this.repository.end(tx, userId, email);
  }

  /**
   * Marks the account for an operator to look at.
   * @param subject What it is about, e.g. a dispute's id; another reason for the same replaces the one before.
   */
  flag(tx: Transaction, id: number, subject: string, reason: string): Promise<void> {
    return this.repository.flag(tx, id, subject, reason);
  }

  /** Takes a mark off, where there is one. */
  unflag(tx: Transaction, id: number, subject: string): Promise<void> {
    return this.repository.unflag(tx, id, subject);
  }

  /** Takes all marks off. @returns Those before; undefined: no such account. */
  clearFlags(tx: Transaction, id: number): Promise<{ before: Flags | null } | undefined> {
    return this.repository.clearFlags(tx, id);
  }

  /** Shows the subscription. The first customer stays the account's, and belongs to one account. */
  showSubscription(tx: Transaction, id: number, subscription: ShownSubscription): Promise<void> {
    return this.repository.showSubscription(tx, id, subscription);
  }
}
