import { DataSource, type DataSourceOptions } from 'typeorm';
import { LOCK, withAdvisoryLock } from './advisory-lock.js';
import { MIGRATIONS } from './migrations/index.js';

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
    // The server ends a statement first; the client's own limit is for a server that has fallen silent.
    extra: { max: 10, connectionTimeoutMillis: 5_000, statement_timeout: 60_000, query_timeout: 65_000 },
  };
}

/** Connects and brings the schema up to date, once for all replicas that start together. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await new DataSource(options).initialize();
  await withAdvisoryLock(dataSource, LOCK.migrations, async () => {
    await dataSource.query('CREATE SCHEMA IF NOT EXISTS mcp');
    await dataSource.runMigrations({ transaction: 'each' });
  });
  return dataSource;
}
