import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { TariffModule } from '../tariff/tariff.module.js';
import { MaybeCallerGuard } from './maybe-caller.guard.js';
import { PortalConfigController } from './portal-config.controller.js';

/** What people see in a browser. */
@Module({
  imports: [ApiKeysModule, LimitsModule, TariffModule],
  controllers: [PortalConfigController],
  providers: [MaybeCallerGuard],
})
export class PortalModule {}
