import { Injectable } from '@nestjs/common';
import { CreditPosting } from './posting/credit-posting.service.js';
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
    /** Credits leased to calls, by the accounts' rows and by the leases. */
    held: number;
    openHolds: number;
    /** Credits charged for calls, by their own rows and by the ledger. */
    captured: number;
    usage: number;
    /** Charged, and not posted to the ledger yet. */
    unposted: number;
    /** Of calls that were served after their lease was lost, when their account could not pay. */
    uncharged: number;
  };
  differenceCount: number;
  /** The first 1000, by account. */
  differences: CreditDifference[];
}

/** Reads the books, posted up to now: lists them, and checks the ledger against itself, account by account. The ClickHouse side is compared with `chargedByDay`. */
@Injectable()
export class CreditAudit {
  constructor(
    private readonly repository: CreditAuditRepository,
    private readonly posting: CreditPosting,
  ) {}

  async audit(): Promise<CreditAuditReport> {
    const { accounts, differenceCount, differences, ...totals } = await this.repository.audit();
    return { accounts, totals, differenceCount, differences };
  }

  /** Credits charged to calls by the UTC day they were admitted, from the day of `from` to before `to`. */
  chargedByDay(from: Date, to: Date): Promise<ChargedDay[]> {
    return this.repository.chargedByDay(from, to);
  }

  /** An account's ledger, newest first, and how long it is. */
  async entries(accountId: number, limit: number, offset: number): Promise<{ entries: LedgerEntry[]; total: number }> {
    await this.posting.post();
    return this.repository.entries(accountId, limit, offset);
  }

  /** From when on an account's ledger is all there: charges before are in an archive, bookings are not. Null: all is there. */
  archivedBefore(accountId: number): Promise<Date | null> {
    return this.repository.archivedBefore(accountId);
  }

  /** At most `limit` entries before one, newest first; undefined: the last ones. */
  async entriesBefore(accountId: number, id: number | undefined, limit: number): Promise<LedgerEntry[]> {
    if (id === undefined) await this.posting.post();
    return this.repository.entriesBefore(accountId, id, limit);
  }

  /** Credits moved for all time by type of movement, signed. Reads the whole ledger. */
  async moved(): Promise<Map<string, number>> {
    await this.posting.post();
    return this.repository.moved();
  }
}
