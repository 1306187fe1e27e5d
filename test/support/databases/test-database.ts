import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { dataSourceOptions, openDataSource } from '../../../src/database/data-source.js';
import { Postgres } from '../../../src/database/postgres.js';

type Entities = DataSourceOptions['entities'];

/** A door to a database, as a replica has one. */
export interface OpenPostgres {
  postgres: Postgres;
  dataSource: DataSource;
  close: () => Promise<void>;
}

/** Another door to a database that is migrated. */
export async function openPostgres(url: string, entities: Entities = []): Promise<OpenPostgres> {
  return doorOf(await new DataSource(dataSourceOptions(url, entities)).initialize());
}

/** The door of what is connected already; closing it closes that as well. */
export function doorOf(dataSource: DataSource): OpenPostgres {
  const postgres = new Postgres(dataSource);
  const close = async () => {
    await postgres.onApplicationShutdown();
    await dataSource.destroy();
  };
  return { postgres, dataSource, close };
}

/** A migrated database of its own, on the PostgreSQL of this Jest worker. */
export interface TestDatabase extends Omit<OpenPostgres, 'close'> {
  url: string;
  drop: () => Promise<void>;
}

export async function createTestDatabase(entities: Entities = []): Promise<TestDatabase> {
  const server = workerServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(server, `CREATE DATABASE ${name} TEMPLATE migrated`);
  const url = server.replace(/\/postgres$/, `/${name}`);
  const { close, ...door } = doorOf(await openDataSource(dataSourceOptions(url, entities)));
  const drop = async () => {
    await close();
    await execute(server, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return { url, ...door, drop };
}

/** See `once/postgres-servers.mjs`. */
function workerServer(): string {
  return process.env['TEST_POSTGRES_URLS']!.split(' ')[Number(process.env['JEST_WORKER_ID']) - 1]!;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
