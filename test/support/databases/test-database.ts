import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { dataSourceOptions, openDataSource } from '../../../src/database/data-source.js';

/** A migrated database of its own, on the PostgreSQL of this Jest worker. */
export interface TestDatabase {
  url: string;
  dataSource: DataSource;
  drop: () => Promise<void>;
}

export async function createTestDatabase(entities: DataSourceOptions['entities'] = []): Promise<TestDatabase> {
  const server = workerServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(server, `CREATE DATABASE ${name}`);
  const url = server.replace(/\/postgres$/, `/${name}`);
  const dataSource = await openDataSource(dataSourceOptions(url, entities));
  const drop = async () => {
    await dataSource.destroy();
    await execute(server, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return { url, dataSource, drop };
}

/** See `global-setup.mjs`. */
function workerServer(): string {
  return process.env['TEST_POSTGRES_URLS']!.split(' ')[Number(process.env['JEST_WORKER_ID']) - 1]!;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
