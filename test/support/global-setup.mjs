import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Jest loads this file itself, without the transform, so it takes the build.
import { EmbeddedPostgres } from '../../dist/database/embedded-postgres.js';

/**
 * One real PostgreSQL for each worker; each test file makes its own database in it. Workers must not share a server:
 * delivery waits for every transaction that runs on it, in whichever database, so one test could hold up another's.
 */
export default async function setup({ maxWorkers }) {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-test-'));
  chmodSync(folder, 0o711);
  const servers = Array.from({ length: maxWorkers }, (_, n) => new EmbeddedPostgres(join(folder, String(n + 1))));
  const started = await Promise.all(servers.map((server) => server.start()));
  process.env.TEST_POSTGRES_URLS = started.map(({ url }) => url).join(' ');
  globalThis.stopTestPostgres = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
}
