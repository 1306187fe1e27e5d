import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { AccountRecords } from './account-records.service.js';
import { AccountRecordsRepository } from './account-records.repository.js';
import { CreditAudit } from './credit-audit.service.js';
import { CreditAuditRepository } from './credit-audit.repository.js';
import { CreditLedger } from './credit-ledger.service.js';
import { CreditMetrics } from './credit.metrics.js';
import { CreditRepository } from './credit.repository.js';
import { HoldRenewal } from './hold-renewal.service.js';
import { HoldSweeper } from './hold-sweeper.service.js';

/** The credit ledger: what accounts have, hold, receive and spend. */
@Module({
  providers: [
    AccountRecords,
    AccountRecordsRepository,
    CreditAudit,
    CreditAuditRepository,
    CreditLedger,
    CreditMetrics,
    CreditRepository,
    HoldRenewal,
    HoldSweeper,
  ],
  exports: [AccountRecords, CreditAudit, CreditLedger, HoldRenewal],
})
export class CreditsModule implements OnApplicationShutdown {
  constructor(private readonly ledger: CreditLedger) {}

  /** The listeners are closed by now; this commits what their last calls settled. */
  async onApplicationShutdown(): Promise<void> {
    await this.ledger.idle();
  }
}
