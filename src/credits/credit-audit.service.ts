import { Injectable } from '@nestjs/common';
import { CreditAuditRepository, type ChargedDay, type CreditDifference } from './credit-audit.repository.js';

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

/** Checks the ledger against itself, account by account. The ClickHouse side is compared with `chargedByDay`. */
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
}
