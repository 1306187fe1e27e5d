import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { LongConnection, type ChannelListener } from './long-connection.js';
import { endsConnection, Primary } from './primary/primary.js';
import { Session, type SessionOptions } from './session.js';
import type { Sql, Transaction } from './sql.js';

/** Of the session that holds a lock for long. */
const HELD_STATEMENT_TIMEOUT_MS = 30_000;

/** Connections of the pool. */
export interface PoolCounts {
  idle: number;
  busy: number;
  /** Statements that wait for a connection. */
  waiting: number;
}

/**
 * The one door to PostgreSQL for everything but entities and migrations, which are TypeORM's: its pool, and beside it one
 * connection that stays open (docs/adr/0016-one-door-to-postgresql.md).
 */
@Injectable()
export class Postgres implements Sql, OnApplicationShutdown {
  private readonly pool: pg.Pool;
  private readonly connection: LongConnection;

  /** @param dataSource Initialized; whoever made it closes it. */
  constructor(dataSource: DataSource) {
    this.pool = (dataSource.driver as PostgresDriver).master as pg.Pool;
    const primary = Primary.of((dataSource.options as PostgresDataSourceOptions).url!);
    this.connection = new LongConnection(primary);
    // One that was given up may have waited for a server that is cut off, and looks well to those who do not write.
    this.pool.on('release', (error) => void (error && endsConnection(error) && primary.look()));
  }

  query<Row extends object>(sql: string, values?: unknown[], options?: SessionOptions): Promise<Row[]> {
    return this.inSession((session) => session.query<Row>(sql, values), options);
  }

  execute(sql: string, values?: unknown[], options?: SessionOptions): Promise<number> {
    return this.inSession((session) => session.execute(sql, values), options);
  }

  /**
   * For the statements that calls wait for: parsed and planned once a connection, under a name that belongs to this text
   * alone. A connection that does not answer within `timeoutMs` is closed, so that no call hangs on it.
   */
  async prepared<Row extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: unknown[],
    { timeoutMs }: { timeoutMs: number },
  ): Promise<Row[]> {
    return (await this.pool.query<Row>({ name, text, values, query_timeout: timeoutMs } as pg.QueryConfig)).rows;
  }

  /** Commits what the work sent, or rolls it back and throws what the work threw. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.inSession((session) => session.transaction(work));
  }

  /** Runs the work while holding a session lock (`LOCK`), waiting for whoever holds it now. */
  withLock<T>(lock: number, work: () => Promise<T>): Promise<T> {
    return this.inSession(async (session) => {
      await session.query('SELECT pg_advisory_lock($1)', [lock]);
      try {
        return await work();
      } finally {
        // With a connection that is lost the lock is gone; what the work said counts.
        await session.query('SELECT pg_advisory_unlock($1)', [lock]).catch(() => session.close());
      }
    });
  }

  /**
   * Takes a session lock if it is free, to keep it until the returned session is closed or lost. What only its holder may
   * do goes through that session: with the connection the lock is gone, and nothing can be sent any more.
   * @param holder Shown in `pg_stat_activity` while it is held.
   * @returns Undefined when somebody else holds it. @throws Error while PostgreSQL is away.
   */
  async hold(lock: number, holder: string): Promise<Session | undefined> {
    const session = await this.openSession({ timeoutMs: HELD_STATEMENT_TIMEOUT_MS });
    try {
      const [row] = await session.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [lock]);
      if (row!.locked) await session.query(`SELECT set_config('application_name', $1, false)`, [`tallygate ${holder}`]);
      else session.release();
      return row!.locked ? session : undefined;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** Hears what is notified on a channel, over the connection that stays open; see `ChannelListener`. */
  listen(channel: string, listener: ChannelListener): () => void {
    return this.connection.listen(channel, listener);
  }

  /** Whether the connection that stays open is there; a listener that relies on it asks. */
  get isListening(): boolean {
    return this.connection.isOpen;
  }

  /** As `query`, over the connection that stays open, for a short statement that must not wait for the pool. */
  queryPastThePool<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]> {
    return this.connection.query<Row>(sql, values);
  }

  get poolCounts(): PoolCounts {
    const { idleCount: idle, totalCount, waitingCount: waiting } = this.pool;
    return { idle, busy: totalCount - idle, waiting };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
  }

  private async inSession<T>(work: (session: Session) => Promise<T>, options?: SessionOptions): Promise<T> {
    const session = await this.openSession(options);
    try {
      return await work(session);
    } finally {
      session.release();
    }
  }

  private async openSession(options?: SessionOptions): Promise<Session> {
    return new Session(await this.pool.connect(), options);
  }
}
