import { DataSource, type DataSourceOptions } from 'typeorm';
import { LOCK } from './advisory-lock.js';
import { applyFunctions } from './apply-functions.js';
import { MIGRATIONS } from './migrations/index.js';
import { Postgres } from './postgres.js';
import { settleSession } from './sessions/session-settings.js';

/** How this application talks to PostgreSQL; also what `ormconfig.ts` gives to the TypeORM command line. */
export function dataSourceOptions(url: string, entities: DataSourceOptions['entities']): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    schema: 'mcp',
    entities,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    applicationName: 'tallygate',
    // The server ends a statement first (`settleSession`); the client's own limit is for a server that has fallen silent.
    extra: { max: 10, connectionTimeoutMillis: 5_000, query_timeout: 65_000, keepAlive: true, onConnect: settleSession },
  };
}

/** Connects and brings tables and functions up to date, once for all replicas that start together. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await new DataSource(options).initialize();
  const postgres = new Postgres(dataSource);
  await postgres.withLock(LOCK.migrations, async () => {
    await migrate(dataSource);
    await applyFunctions(postgres);
  });
  return dataSource;
}

/** Runs the migrations of these options that have not run yet: the tables, and the functions as they once were. */
export async function migrate(dataSource: DataSource): Promise<void> {
  await dataSource.query('CREATE SCHEMA IF NOT EXISTS mcp');
  await dataSource.runMigrations({ transaction: 'each' });
}
