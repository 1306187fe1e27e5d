import pg from 'pg';
import { ClickHouse } from '../clickhouse/clickhouse.js';
import type { AppConfig } from '../config/app-config.js';
import { PostgresEngine } from '../database/postgres-engine.js';

/** Both embedded databases of a data folder, without running migrations. */
export interface Stores {
  url: string;
  postgres: pg.Client;
  clickhouse: ClickHouse;
}

/**
 * Opens the embedded databases exclusively: no gateway can start on the folder meanwhile.
 * @throws Error in one line when a gateway runs on the folder, or the data is on servers
 */
export async function withStores<T>(config: AppConfig, work: (stores: Stores) => Promise<T>): Promise<T> {
  refuseServers(config);
  const engine = new PostgresEngine(config);
  await engine.start();
  const clickhouse = new ClickHouse(config);
  const postgres = new pg.Client({ connectionString: engine.url, application_name: 'tallygate backup' });
  try {
    await postgres.connect();
    await clickhouse.start();
    return await work({ url: engine.url, postgres, clickhouse });
  } finally {
    await postgres.end();
    await clickhouse.onApplicationShutdown();
    await engine.stop();
  }
}

function refuseServers(config: AppConfig): void {
  if (config.isTemporary) throw new Error('GATEWAY_DATABASE_URL=memory: keeps nothing, so there is nothing to back up.');
  const { postgres, clickhouse } = config.embedded;
  if (postgres && clickhouse) return;
  throw new Error(
    'This works with embedded databases only. For database servers, use their own tools: pg_dump and pg_restore for PostgreSQL, ' +
      'BACKUP and RESTORE for ClickHouse; PostgreSQL first (docs/data.md). An embedded one beside a server is its folder in the data ' +
      'folder, copied while the gateway is stopped.',
  );
}
