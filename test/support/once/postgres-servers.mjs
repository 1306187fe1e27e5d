import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Jest loads this file itself, without the transform, so it takes the build.
import pg from 'pg';
import { dataSourceOptions, openDataSource } from '../../../dist/database/data-source.js';
import { EmbeddedPostgres } from '../../../dist/database/embedded-postgres.js';

/**
 * One real PostgreSQL for each worker; each test file makes its own database in it, a copy of one that is migrated. Workers must
 * not share a server: delivery waits for every transaction that runs on it, in whichever database, so one test could hold up another's.
 */
export default async function setup({ maxWorkers }) {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-test-'));
  chmodSync(folder, 0o711);
  const servers = Array.from({ length: maxWorkers }, (_, n) => new EmbeddedPostgres(join(folder, String(n + 1))));
  const started = await Promise.all(servers.map((server) => server.start()));
  await Promise.all(started.map(({ url }) => makeMigrated(url)));
  process.env.TEST_POSTGRES_URLS = started.map(({ url }) => url).join(' ');
  (globalThis.testEndings ??= []).push(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  });
}

async function makeMigrated(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE DATABASE migrated');
  await client.end();
  const dataSource = await openDataSource(dataSourceOptions(url.replace(/\/postgres$/, '/migrated'), []));
  await dataSource.destroy();
}
