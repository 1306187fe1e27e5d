import { Global, Logger, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { LOCK, withAdvisoryLock } from '../database/advisory-lock.js';
import { ClickHouse } from './clickhouse.js';
import { migrateClickHouse, MIGRATIONS_FOLDER } from './clickhouse-migrator.js';

/** ClickHouse, running and migrated. */
@Global()
@Module({
  providers: [
    {
      provide: ClickHouse,
      inject: [AppConfig, DataSource],
      useFactory: async (config: AppConfig, dataSource: DataSource) => {
        const clickhouse = new ClickHouse(config);
        await clickhouse.start();
        const applied = await withAdvisoryLock(dataSource, LOCK.clickhouseMigrations, () =>
          migrateClickHouse(clickhouse, MIGRATIONS_FOLDER),
        );
        if (applied.length > 0) new Logger('ClickHouse').log(`Migrated: ${applied.join(', ')}`);
        return clickhouse;
      },
    },
  ],
  exports: [ClickHouse],
})
export class ClickHouseModule {}
