import { Global, Logger, Module } from '@nestjs/common';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { LOCK, withAdvisoryLock } from '../database/advisory-lock.js';
import { ClickHouse } from './clickhouse.js';
import { migrateClickHouse } from './clickhouse-migrator.js';

const MIGRATIONS_FOLDER = join(dirname(fileURLToPath(import.meta.url)), 'migrations');
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
