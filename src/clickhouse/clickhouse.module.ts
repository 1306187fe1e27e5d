import { Global, Module } from '@nestjs/common';
import { loggerFor } from '../common/log-contexts.js';
import { AppConfig } from '../config/app-config.js';
import { LOCK } from '../database/advisory-lock.js';
import { Postgres } from '../database/postgres.js';
import { ClickHouseClaim } from './clickhouse-claim.js';
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
      inject: [OPENED, Postgres, AppConfig],
      useFactory: async (clickhouse: ClickHouse, postgres: Postgres, { embedded }: AppConfig) => {
        await new ClickHouseClaim(postgres, embedded.clickhouse).take();
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
