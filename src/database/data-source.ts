import type { ClientBase } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { LOCK } from './advisory-lock.js';
import { applyFunctions } from './apply-functions.js';
import { MIGRATIONS } from './migrations/index.js';
import { Postgres } from './postgres.js';
import { Primary } from './primary/primary.js';

/** Statements of migrations, and of who archives the ledger, read whole tables, which may be large. */
const WHOLE_TABLE_TIMEOUT_MS = 3_600_000;
/** Whoever uses a table waits behind a migration that waits for it, so that one gives up soon; the next start tries again. */
const TABLE_LOCK_TIMEOUT_MS = 30_000;

/** How this application talks to PostgreSQL; also what `ormconfig.ts` gives to the TypeORM command line. */
export function dataSourceOptions(url: string, entities: DataSourceOptions['entities']): DataSourceOptions {
  const primary = Primary.of(url);
  return {
    type: 'postgres',
    url,
    schema: 'mcp',
    entities,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    applicationName: 'tallygate',
    // The server ends a statement first (`settleSession`); the client's own limit is for a server that has fallen silent.
    extra: {
      max: 10,
      connectionTimeoutMillis: 5_000,
      query_timeout: 65_000,
      keepAlive: true,
      Client: primary.Client,
      onConnect: (client: ClientBase) => primary.admit(client),
    },
  };
}

/** Connects, after tables and functions were brought up to date, once for all replicas that start together. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  await primaryOf(options).choose();
  await bringUpToDate(options);
  return new DataSource(options).initialize();
}

/** Runs the migrations of these options that have not run yet: the tables, and the functions as they once were. */
export async function migrate(dataSource: DataSource): Promise<void> {
  await dataSource.query('CREATE SCHEMA IF NOT EXISTS mcp');
  await dataSource.runMigrations({ transaction: 'each' });
}

/** Over two connections that may take their time: one holds the lock, for which others wait as long, and one does the work. */
async function bringUpToDate(options: DataSourceOptions): Promise<void> {
  const dataSource = await new DataSource(patient({ ...options, entities: [] } as DataSourceOptions)).initialize();
  try {
    const postgres = new Postgres(dataSource);
    await postgres.withLock(LOCK.migrations, async () => {
      await postgres.query(`SET lock_timeout = ${TABLE_LOCK_TIMEOUT_MS}`); // of the one other connection
      await migrate(dataSource);
      await applyFunctions(postgres);
    });
  } finally {
    await dataSource.destroy();
  }
}

/** The same, with two connections whose statements may read whole tables. */
export function patient(options: DataSourceOptions): DataSourceOptions {
  const extra: unknown = {
    ...(options.extra as object),
    max: 2,
    query_timeout: WHOLE_TABLE_TIMEOUT_MS + 5_000,
    onConnect: (client: ClientBase) => primaryOf(options).admit(client, WHOLE_TABLE_TIMEOUT_MS),
  };
  return { ...options, extra } as DataSourceOptions;
}

const primaryOf = (options: DataSourceOptions): Primary => Primary.of((options as PostgresDataSourceOptions).url!);
