import { Global, Module } from '@nestjs/common';
import { loggerFor } from '../common/log-contexts.js';
import { AppConfig } from '../config/app-config.js';
import { LOCK } from '../database/advisory-lock.js';
import { Postgres } from '../database/postgres.js';
import { ClickHouse } from './clickhouse.js';
import { migrateClickHouse, MIGRATIONS_FOLDER } from './clickhouse-migrator.js';

/** ClickHouse, running and migrated. */
@Global()
@Module({
  providers: [
    {
      provide: ClickHouse,
      inject: [AppConfig, Postgres],
      useFactory: async (config: AppConfig, postgres: Postgres) => {
        const clickhouse = new ClickHouse(config);
        await clickhouse.start();
        const applied = await postgres.withLock(LOCK.clickhouseMigrations, () =>
          migrateClickHouse(clickhouse, MIGRATIONS_FOLDER),
        );
        if (applied.length > 0) loggerFor('ClickHouse').log(`Migrated: ${applied.join(', ')}`);
        return clickhouse;
      },
    },
  ],
  exports: [ClickHouse],
})
export class ClickHouseModule {}
