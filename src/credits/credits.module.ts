import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { TariffModule } from '../tariff/tariff.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { AccountRecords } from './account-records.service.js';
import { AccountRecordsRepository } from './account-records.repository.js';
import { CreditAudit } from './credit-audit.service.js';
import { CreditAuditRepository } from './credit-audit.repository.js';
import { CreditLedger } from './credit-ledger.service.js';
import { CreditMetrics } from './credit.metrics.js';
import { CreditRepository } from './credit.repository.js';
import { CreditSweeper } from './credit-sweeper.service.js';
import { BudgetsModule } from './budgets/budgets.module.js';
import { CreditBudgets } from './budgets/credit-budgets.service.js';
import { CreditLeases } from './leases/credit-leases.service.js';
import { LeaseUpkeep } from './leases/lease-upkeep.service.js';
import { LeasesRepository } from './leases/leases.repository.js';
import { CreditPosting } from './posting/credit-posting.service.js';

/** What accounts have, lease to calls, receive and spend. */
@Module({
  imports: [BudgetsModule, TariffModule, UsageModule],
  providers: [
    AccountRecords,
    AccountRecordsRepository,
    CreditAudit,
    CreditAuditRepository,
    CreditBudgets,
    CreditLeases,
    CreditLedger,
    CreditMetrics,
    CreditPosting,
    CreditRepository,
    CreditSweeper,
    LeasesRepository,
    LeaseUpkeep,
  ],
  exports: [AccountRecords, CreditAudit, CreditBudgets, CreditLeases, CreditLedger],
})
export class CreditsModule implements OnApplicationShutdown {
  constructor(
    private readonly upkeep: LeaseUpkeep,
    private readonly posting: CreditPosting,
  ) {}

  /** The listeners are closed and the last calls recorded: what no call needs any more goes back, and what they charged is posted. */
  async onApplicationShutdown(): Promise<void> {
    await this.upkeep.close();
    await this.posting.close();
  }
}
