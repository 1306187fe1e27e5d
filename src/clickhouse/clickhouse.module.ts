import { Global, Logger, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { LOCK, withAdvisoryLock } from '../database/advisory-lock.js';
import { ClickHouse } from './clickhouse.js';
import { migrateClickHouse, MIGRATIONS_FOLDER } from './clickhouse-migrator.js';

const OPENED = Symbol('ClickHouse, running');

/** ClickHouse, running and migrated. It starts while PostgreSQL does, whose lock the migrations need. */
@Global()
@Module({
  providers: [
    {
      provide: OPENED,
      inject: [AppConfig],
      useFactory: async (config: AppConfig) => {
        const clickhouse = new ClickHouse(config);
        await clickhouse.start();
        return clickhouse;
      },
    },
    {
      provide: ClickHouse,
      inject: [OPENED, DataSource],
      useFactory: async (clickhouse: ClickHouse, dataSource: DataSource) => {
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
