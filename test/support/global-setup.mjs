import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Jest loads this file itself, without the transform, so it takes the build.
import { EmbeddedPostgres } from '../../dist/database/embedded-postgres.js';

/** One real PostgreSQL for all integration tests; each file makes its own database in it. */
export default async function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'tallygate-test-'));
  chmodSync(folder, 0o711);
  const postgres = new EmbeddedPostgres(folder);
  process.env.TEST_POSTGRES_URL = (await postgres.start()).url;
  globalThis.stopTestPostgres = async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
