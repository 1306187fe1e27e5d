import { Module } from '@nestjs/common';
import { UsageModule } from '../usage/usage.module.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { Readiness } from './readiness.service.js';

/** The gateway's own REST endpoints. */
@Module({
  imports: [UsageModule],
  controllers: [HealthController],
  providers: [HealthService, Readiness],
})
export class GatewayApiModule {}
