import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { Tariff } from './tariff.js';
import { TariffEdits } from './tariff-edits.service.js';
import { TariffFeed } from './tariff-feed.service.js';
import { TariffRepository } from './tariff.repository.js';

/** What calls cost and what tiers give. */
@Module({
  imports: [AuthModule, LimitsModule],
  providers: [Tariff, TariffEdits, TariffFeed, TariffRepository],
  exports: [Tariff, TariffEdits],
})
export class TariffModule {}
