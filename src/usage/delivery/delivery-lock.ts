import { Injectable, Logger } from '@nestjs/common';
import pg from 'pg';
import { PostgresEngine } from '../../database/postgres-engine.js';
import { LOCK } from '../../database/advisory-lock.js';

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * The one deliverer's lock, and the connection that holds it. Everything delivery changes in PostgreSQL goes through this
 * connection, so a replica that has lost the lock, even without knowing it yet, can change nothing.
 */
@Injectable()
export class DeliveryLock {
  private readonly logger = new Logger('Usage delivery');
  private client: pg.Client | undefined;
  private held = new AbortController();
  private isLocked = false;

  constructor(private readonly postgres: PostgresEngine) {}

  get isHeld(): boolean {
    return this.isLocked;
  }

  /** Fires when the lock is lost, for work that must stop at once. */
  get lost(): AbortSignal {
    return this.held.signal;
  }

  /** Takes the lock if it is free; true when this replica holds it. */
  async acquire(): Promise<boolean> {
    if (this.isLocked) return true;
    this.client ??= await this.connect();
    const [row] = await this.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCK.usageDelivery]);
    if (!row!.locked) return false;
    this.held = new AbortController();
    this.isLocked = true;
    this.logger.log('This process delivers usage to ClickHouse');
    return true;
  }

  /** @throws Error when the connection, and the lock with it, is gone. */
  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const { client } = this;
    if (!client) throw new Error('The connection that holds the delivery lock is lost');
    try {
      return (await client.query<Row>(sql, values)).rows;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) this.drop(client);
      throw error;
    }
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.query('BEGIN');
    try {
      const result = await work();
      await this.query('COMMIT');
      return result;
    } catch (error) {
      if (this.client) await this.query('ROLLBACK');
      throw error;
    }
  }

  /** Gives the lock back by closing the connection. */
  async release(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    this.isLocked = false;
    await client?.end();
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.postgres.url,
      application_name: 'tallygate usage delivery',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('error', () => this.drop(client));
    client.on('end', () => this.drop(client));
    await client.connect();
    return client;
  }

  /** Also after a statement without an answer: what cannot be asked cannot be trusted to hold the lock. */
  private drop(client: pg.Client): void {
    if (this.client !== client) return;
    if (this.isLocked) this.logger.warn('The delivery lock is lost: its connection to PostgreSQL broke');
    this.client = undefined;
    this.isLocked = false;
    this.held.abort(new Error('The delivery lock is lost'));
    client.end().catch(() => undefined); // it is broken already; this only frees the socket
  }
}
