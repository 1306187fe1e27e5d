import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { BudgetsModule } from '../credits/budgets/budgets.module.js';
import { UserFacts } from '../auth/users/user-facts.service.js';
import { ApiKeyHasher } from './keys/api-key-hasher.js';
import { ApiKey } from './keys/api-key.entity.js';
import { ApiKeyMetrics } from './verification/api-key.metrics.js';
import { ApiKeyVerifier } from './verification/api-key.verifier.js';
import { AdminKeysController } from './admin/admin-keys.controller.js';
import { ApiKeysController } from './keys/api-keys.controller.js';
import { ApiKeysRepository } from './keys/api-keys.repository.js';
import { ApiKeysService } from './keys/api-keys.service.js';
import { DefaultKeyBootstrap } from './keys/default-key.bootstrap.js';
import { KeyAdmission } from './verification/key-admission.service.js';
import { KeyIssuer } from './keys/key-issuer.service.js';
import { KeyUsageTracker } from './verification/key-usage.tracker.js';

/** API keys: issued over REST, verified on both listeners. When it has started there is at least one key. */
@Module({
  imports: [TypeOrmModule.forFeature([ApiKey]), AuthModule, BudgetsModule],
  controllers: [ApiKeysController, AdminKeysController],
  providers: [
    ApiKeyHasher,
    ApiKeyMetrics,
    ApiKeysRepository,
    ApiKeysService,
    ApiKeyVerifier,
    DefaultKeyBootstrap,
    KeyAdmission,
    KeyIssuer,
    KeyUsageTracker,
  ],
  exports: [ApiKeysService, KeyAdmission, KeyUsageTracker, AuthModule],
})
export class ApiKeysModule implements OnModuleInit {
  constructor(
    private readonly defaultKey: DefaultKeyBootstrap,
    private readonly facts: UserFacts,
    private readonly keys: ApiKeysService,
  ) {}

  /** After `AuthModule`, which sees to it that there is an admin. */
  async onModuleInit(): Promise<void> {
    this.facts.add('keys_count', (userIds) => this.keys.countWorking(userIds));
    await this.defaultKey.run();
  }
}
