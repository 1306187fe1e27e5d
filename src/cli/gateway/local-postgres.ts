import type { AppConfig } from '../../config/app-config.js';
import { EmbeddedPostgres } from '../../database/embedded-postgres.js';
import { primaryUrl } from '../../database/primary/primary.js';

/**
 * Works on the gateway's own PostgreSQL, whether the gateway runs or not: an embedded server that runs is left running, another one
 * is stopped again.
 */
export async function onLocalPostgres<T>({ values, embedded }: AppConfig, work: (url: string) => Promise<T>): Promise<T> {
  if (!embedded.postgres) return work(await primaryUrl(values.database_url!));
  const server = new EmbeddedPostgres(values.data_dir);
  const { url, adopted } = await server.start();
  try {
    return await work(url);
  } finally {
    if (!adopted) await server.stop();
  }
}
