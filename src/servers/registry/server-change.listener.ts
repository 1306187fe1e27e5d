import { Injectable, Logger } from '@nestjs/common';
import pg from 'pg';
import { PostgresEngine } from '../../database/postgres-engine.js';

const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 5_000;

/** Hears within milliseconds that some replica changed a server. A connection of its own, since it must stay open. */
@Injectable()
export class ServerChangeListener {
  private readonly logger = new Logger('Servers');
  private client: pg.Client | undefined;
  private listener: () => void = () => undefined;

  constructor(private readonly postgres: PostgresEngine) {}

  onChange(listener: () => void): void {
    this.listener = listener;
  }

  /** Listens unless it does already. @throws Error when PostgreSQL cannot be reached; call again. */
  async listen(): Promise<void> {
    if (this.client) return;
    const client = this.connect();
    try {
      await client.connect();
      await client.query('LISTEN server_changes');
      this.client = client;
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
  }

  /** Never fails: a connection that cannot say goodbye is gone as well. */
  async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private connect(): pg.Client {
    const client = new pg.Client({
      connectionString: this.postgres.url,
      application_name: 'tallygate server changes',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('notification', () => this.listener());
    client.on('error', () => this.lose(client)).on('end', () => this.lose(client));
    return client;
  }

  private lose(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.logger.warn('The connection that hears of changed servers is lost; connecting again');
    void client.end().catch(() => undefined);
  }
}
