import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { AccountRecords } from './account-records.service.js';
import { AccountRecordsRepository } from './account-records.repository.js';
import { CreditAudit } from './credit-audit.service.js';
import { CreditAuditRepository } from './credit-audit.repository.js';
import { CreditLedger } from './credit-ledger.service.js';
import { CreditMetrics } from './credit.metrics.js';
import { CreditRepository } from './credit.repository.js';
import { HoldSweeper } from './hold-sweeper.service.js';

/** The ledger: what accounts have, hold, are given and spend. */
@Module({
  providers: [
    AccountRecords,
    AccountRecordsRepository,
    CreditAudit,
    CreditAuditRepository,
    CreditLedger,
    CreditMetrics,
    CreditRepository,
    HoldSweeper,
  ],
  exports: [AccountRecords, CreditAudit, CreditLedger],
})
export class CreditsModule implements OnApplicationShutdown {
  constructor(private readonly ledger: CreditLedger) {}

  /** The listeners are closed: what their last calls settled is committed. */
  async onApplicationShutdown(): Promise<void> {
    await this.ledger.idle();
  }
}
