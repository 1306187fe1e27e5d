import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { CreditAudit } from './credit-audit.service.js';
import { CreditAuditRepository } from './credit-audit.repository.js';
import { CreditLedger } from './credit-ledger.service.js';
import { CreditMetrics } from './credit.metrics.js';
import { CreditRepository } from './credit.repository.js';
import { HoldSweeper } from './hold-sweeper.service.js';

/** The credit ledger: what accounts have, hold, receive and spend. */
@Module({
  providers: [CreditAudit, CreditAuditRepository, CreditLedger, CreditMetrics, CreditRepository, HoldSweeper],
  exports: [CreditAudit, CreditLedger],
})
export class CreditsModule implements OnApplicationShutdown {
  constructor(private readonly ledger: CreditLedger) {}

  /** The listeners are closed by now; this commits what their last calls settled. */
  async onApplicationShutdown(): Promise<void> {
    await this.ledger.idle();
  }
}
