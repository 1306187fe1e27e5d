import { adminToken } from '../../auth/login/admin-token.js';
import type { AppConfig } from '../../config/app-config.js';
import { EmbeddedPostgres } from '../../database/embedded-postgres.js';
import { primaryUrl } from '../../database/primary/primary.js';

/** A login token of the admin of the gateway that runs on the data folder. Undefined when its embedded PostgreSQL does not run. */
export async function localAdminToken(config: AppConfig): Promise<string | undefined> {
  if (!config.embedded.postgres) return adminToken(config, await primaryUrl(config.values.database_url!));
  const postgres = new EmbeddedPostgres(config.values.data_dir);
  const { url, adopted } = await postgres.start();
  if (adopted) return adminToken(config, url);
  await postgres.stop();
  return undefined;
}
