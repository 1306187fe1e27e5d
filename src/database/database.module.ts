import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config.js';
import { DatabaseMetrics } from './database.metrics.js';
import { dataSourceOptions, openDataSource } from './data-source.js';
import { Postgres } from './postgres.js';
import { PostgresEngine } from './postgres-engine.js';

const engine = {
  provide: PostgresEngine,
  inject: [AppConfig],
  useFactory: async (config: AppConfig) => {
    const postgres = new PostgresEngine(config);
    await postgres.start();
    return postgres;
  },
};

@Module({ providers: [engine], exports: [PostgresEngine] })
class PostgresEngineModule {}

/** PostgreSQL, running and migrated: `Postgres` for statements, TypeORM for entities. */
@Global()
@Module({
  imports: [
    PostgresEngineModule,
    TypeOrmModule.forRootAsync({
      imports: [PostgresEngineModule],
      inject: [PostgresEngine],
      useFactory: (postgres: PostgresEngine) => ({
        ...dataSourceOptions(postgres.url, []),
        autoLoadEntities: true,
        retryAttempts: 0,
      }),
      dataSourceFactory: (options) => openDataSource(options!),
    }),
  ],
  providers: [DatabaseMetrics, Postgres],
  exports: [Postgres],
})
export class DatabaseModule {}
