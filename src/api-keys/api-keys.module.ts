import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { ApiKeyHasher } from './api-key-hasher.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeyMetrics } from './api-key.metrics.js';
import { ApiKeyVerifier } from './api-key.verifier.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { AuthChangeFeed } from './auth-change-feed.js';
import { DefaultKeyBootstrap } from './default-key.bootstrap.js';
import { KeyAdmission } from './key-admission.service.js';
import { KeyUsageTracker } from './key-usage.tracker.js';

/** API keys: issued over REST, verified on both listeners. When it has started there is at least one key. */
@Module({
  imports: [TypeOrmModule.forFeature([ApiKey]), AuthModule],
  controllers: [ApiKeysController],
  providers: [
    ApiKeyHasher,
    ApiKeyMetrics,
    ApiKeysRepository,
    ApiKeysService,
    ApiKeyVerifier,
    AuthChangeFeed,
    DefaultKeyBootstrap,
    KeyAdmission,
    KeyUsageTracker,
  ],
  exports: [ApiKeysService, KeyAdmission, AuthModule],
})
export class ApiKeysModule implements OnModuleInit {
  constructor(private readonly defaultKey: DefaultKeyBootstrap) {}

  /** After `AuthModule`, which sees to it that there is an admin. */
  async onModuleInit(): Promise<void> {
    await this.defaultKey.run();
  }
}
