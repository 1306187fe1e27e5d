import type pg from 'pg';
import { endsConnection } from './primary/primary.js';
import type { Sql, Transaction } from './sql.js';

export interface SessionOptions {
  /** A statement that has no answer by then has failed, and the session with it. Unset: the pool's own limit. */
  timeoutMs?: number | undefined;
}

/**
 * One connection, taken out of the pool for statements that belong together: a transaction, or work under a session lock.
 * Once it is lost it takes no statement any more, so nothing goes on over another connection by mistake.
 */
export class Session implements Sql {
  private readonly gone = new AbortController();
  private isOver = false;

  constructor(
    private readonly client: pg.PoolClient,
    private readonly options: SessionOptions = {},
  ) {
    client.on('error', this.lose).on('end', this.lose);
  }

  /** Fires when the connection is gone, or cannot be trusted any more: a statement had no answer. */
  get lost(): AbortSignal {
    return this.gone.signal;
  }

  async query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]> {
    return (await this.run<Row>(sql, values)).rows;
  }

  async execute(sql: string, values?: unknown[]): Promise<number> {
    return (await this.run(sql, values)).rowCount ?? 0;
  }

  /** Commits what the work sent, or rolls it back and throws what the work threw. */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    await this.run('BEGIN');
    try {
      const result = await work(this);
      await this.run('COMMIT');
      return result;
    } catch (error) {
      await this.rollBack();
      throw error;
    }
  }

  /** Gives the connection back to the pool; a lost one is gone already. */
  release(): void {
    this.leave(false);
  }

  /** Closes the connection, and with it ends whatever the server keeps for it: locks, settings. */
  close(): void {
    this.leave(true);
  }

  private async run<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>> {
    if (this.isOver) throw new Error('Connection terminated: the session is over');
    try {
      return await this.client.query<Row>(this.statement(text, values));
    } catch (error) {
      if (endsConnection(error)) this.lose(error as Error);
      throw error;
    }
  }

  private statement(text: string, values: unknown[] = []): pg.QueryConfig {
    const { timeoutMs } = this.options;
    return timeoutMs === undefined ? { text, values } : ({ text, values, query_timeout: timeoutMs } as pg.QueryConfig);
  }

  /** What cannot be rolled back is by losing the connection. */
  private async rollBack(): Promise<void> {
    if (!this.isOver) await this.run('ROLLBACK').catch(this.lose);
  }

  private readonly lose = (reason?: Error): void => {
    if (this.isOver) return;
    this.leave(true);
    this.gone.abort(reason ?? new Error('The connection to PostgreSQL broke'));
  };

  private leave(isBroken: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    this.client.release(isBroken); // first, since the pool listens for errors from then on
    this.client.off('error', this.lose).off('end', this.lose);
  }
}
