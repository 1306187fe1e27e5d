import { Module, type OnModuleInit } from '@nestjs/common';
import { UserDeletion } from '../auth/users/user-deletion.service.js';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { CreditsModule } from '../credits/credits.module.js';
import { TariffModule } from '../tariff/tariff.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { AccountController } from './account.controller.js';
import { AccountReportsRepository } from './admin/account-reports.repository.js';
import { AccountUsage } from './account-usage.service.js';
import { CreditHistory } from './credit-history.service.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { AdminAccountsController } from './admin/admin-accounts.controller.js';
import { AdminAccounts } from './admin/admin-accounts.service.js';
import { AdminUsageController } from './admin/admin-usage.controller.js';
import { UserUsageController } from './admin/user-usage.controller.js';
import { AdminTiers } from './admin/admin-tiers.service.js';
import { TiersController } from './admin/tiers.controller.js';
import { Analytics } from './admin/analytics.service.js';
import { AdminUsage } from './admin/admin-usage.service.js';
import { IntegrityCheck } from './integrity/integrity-check.service.js';

/** MCP accounts: the endpoints of their users (source 002) and of operators. */
@Module({
  imports: [ApiKeysModule, CreditsModule, TariffModule, UsageModule],
  controllers: [AccountController, AdminAccountsController, AdminUsageController, TiersController, UserUsageController],
  providers: [
    AccountReportsRepository,
    AccountsRepository,
    AccountsService,
    AccountUsage,
    AdminAccounts,
    AdminTiers,
    AdminUsage,
    Analytics,
    CreditHistory,
    IntegrityCheck,
  ],
  exports: [AccountsService],
})
export class AccountsModule implements OnModuleInit {
  constructor(
    private readonly deletion: UserDeletion,
    private readonly accounts: AccountsService,
  ) {}

  onModuleInit(): void {
    this.deletion.add((tx, leaver) => this.accounts.end(tx, leaver));
  }
}
