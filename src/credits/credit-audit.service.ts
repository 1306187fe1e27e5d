import { Injectable } from '@nestjs/common';
import { CreditAuditRepository, type ChargedDay, type CreditDifference, type LedgerEntry } from './credit-audit.repository.js';

export type { LedgerEntry };

/**
 * Whether PostgreSQL's books agree with each other. The figures of a pair must be equal, and there must be no
 * difference.
 */
export interface CreditAuditReport {
  accounts: number;
  totals: {
    /** Balances by the accounts' rows, and by the ledger. */
    balance: number;
    ledger: number;
    /** Credits reserved by running calls, by the accounts' rows and by the holds. */
    held: number;
    openHolds: number;
    /** Credits charged for settled calls, by the holds and by the ledger. */
    captured: number;
    usage: number;
  };
  differenceCount: number;
  /** The first 1000, by account. */
  differences: CreditDifference[];
}

/** Reads the books: lists them, and checks the ledger against itself, account by account. The ClickHouse side is compared with `chargedByDay`. */
@Injectable()
export class CreditAudit {
  constructor(private readonly repository: CreditAuditRepository) {}

  async audit(): Promise<CreditAuditReport> {
    const { accounts, differenceCount, differences, ...totals } = await this.repository.audit();
    return { accounts, totals, differenceCount, differences };
  }

  /** Credits charged to calls by the UTC day they were admitted, from the day of `from` to before `to`. */
  chargedByDay(from: Date, to: Date): Promise<ChargedDay[]> {
    return this.repository.chargedByDay(from, to);
  }

  /** When the oldest call was admitted that is not settled yet; undefined when there is none. */
  oldestOpenHold(): Promise<Date | undefined> {
    return this.repository.oldestOpenHold();
  }

  /** An account's ledger, newest first, and how long it is. */
  entries(accountId: number, limit: number, offset: number): Promise<{ entries: LedgerEntry[]; total: number }> {
    return this.repository.entries(accountId, limit, offset);
  }

  /** At most `limit` entries before one, newest first; undefined: the last ones. */
  entriesBefore(accountId: number, id: number | undefined, limit: number): Promise<LedgerEntry[]> {
    return this.repository.entriesBefore(accountId, id, limit);
  }

  /** Credits moved for all time by type of movement, signed. Reads the whole ledger. */
  moved(): Promise<Map<string, number>> {
    return this.repository.moved();
  }
}
