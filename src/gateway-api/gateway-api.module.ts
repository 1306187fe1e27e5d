import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { ServersModule } from '../servers/servers.module.js';
import { ToolsModule } from '../tools/tools.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { AdminHealthController } from './health/admin-health.controller.js';
import { AdminHealth } from './health/admin-health.service.js';
import { EngineProbes } from './health/engine-probes.service.js';
import { ConfigController } from './operations/config.controller.js';
import { GatewayMetrics } from './operations/gateway.metrics.js';
import { HealthController } from './health/health.controller.js';
import { HealthService } from './health/health.service.js';
import { LogLevelController } from './operations/log-level.controller.js';
import { MetricsController } from './operations/metrics.controller.js';
import { StatsController } from './operations/stats.controller.js';
import { PriceList } from './prices/price-list.service.js';
import { PricesController } from './prices/prices.controller.js';
import { ToolsController } from './tools/tools.controller.js';

/** The gateway's own REST endpoints. */
@Module({
  imports: [ApiKeysModule, AuthModule, LimitsModule, ServersModule, ToolsModule, UsageModule],
  controllers: [
    AdminHealthController,
    ConfigController,
    HealthController,
    LogLevelController,
    MetricsController,
    PricesController,
    StatsController,
    ToolsController,
  ],
  providers: [AdminHealth, EngineProbes, GatewayMetrics, HealthService, PriceList],
})
export class GatewayApiModule {}
