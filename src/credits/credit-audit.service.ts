import { Injectable } from '@nestjs/common';
import { CreditAuditRepository, type ChargedDay, type CreditDifference, type LedgerEntry } from './credit-audit.repository.js';

export type { LedgerEntry };

/** Whether PostgreSQL's books agree with themselves. Each pair of totals must be equal, and there must be no difference. */
export interface CreditAuditReport {
  accounts: number;
  totals: {
    /** What the accounts say they have, and what their ledger comes to. */
    balance: number;
    ledger: number;
    /** What the accounts say calls hold, and the open holds. */
    held: number;
    openHolds: number;
    /** What settled calls were charged by their holds, and by the ledger. */
    captured: number;
    usage: number;
  };
  differenceCount: number;
  /** The first thousand, by account. */
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

  /** An account's ledger, newest first, and how long it is. */
  entries(accountId: number, limit: number, offset: number): Promise<{ entries: LedgerEntry[]; total: number }> {
    return this.repository.entries(accountId, limit, offset);
  }

  /** Credits moved for all time by type of movement, signed. Reads the whole ledger. */
  moved(): Promise<Map<string, number>> {
    return this.repository.moved();
  }
}
