import { Module, type DynamicModule } from '@nestjs/common';
import { AccountsModule } from './accounts/accounts.module.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { AuthModule } from './auth/auth.module.js';
import { BillingModule } from './billing/billing.module.js';
import { ClickHouseModule } from './clickhouse/clickhouse.module.js';
import type { TallygateLogger } from './telemetry/logger.js';
import type { AppConfig } from './config/app-config.js';
import type { FirstRunSecrets } from './config/first-run-secrets.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { ExamplesModule } from './examples/examples.module.js';
import { GatewayApiModule } from './gateway-api/gateway-api.module.js';
import { McpGatewayModule } from './mcp-gateway/mcp-gateway.module.js';
import { NoticesModule } from './notices/notices.module.js';
import { PortalModule } from './portal/portal.module.js';
import { ServersModule } from './servers/servers.module.js';
import { StockDataModule } from './stock-data/stock-data.module.js';
import { UsageModule } from './usage/usage.module.js';

/** The whole application: one container for both listeners. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig, firstRun?: FirstRunSecrets, logger?: TallygateLogger): DynamicModule {
    const engines = [ConfigModule.forRoot(config, firstRun, logger), DatabaseModule, ClickHouseModule];
    const features = [
      AuthModule,
      ApiKeysModule,
      UsageModule,
      AccountsModule,
      BillingModule,
      StockDataModule,
      ExamplesModule,
      ServersModule,
      NoticesModule,
      PortalModule,
      GatewayApiModule,
      McpGatewayModule,
    ];
    return { module: AppModule, imports: [...engines, ...features] };
  }
}
