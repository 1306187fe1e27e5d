import { Injectable } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { LOCK } from '../../database/advisory-lock.js';
import { Postgres } from '../../database/postgres.js';
import type { Session } from '../../database/session.js';

/**
 * The one deliverer's lock, and the session that holds it. Everything delivery changes in PostgreSQL goes through this
 * session, so a replica that has lost the lock, even without knowing it yet, can change nothing.
 */
@Injectable()
export class DeliveryLock {
  private readonly logger = loggerFor('Usage delivery');
  private session: Session | undefined;

  constructor(private readonly postgres: Postgres) {}

  get isHeld(): boolean {
    return this.session !== undefined && !this.session.lost.aborted;
  }

  /** Fires when the lock is lost, for work that must stop at once. @throws Error when it is not held. */
  get lost(): AbortSignal {
    return this.holder().lost;
  }

  /** Takes the lock if it is free; true when this replica holds it. */
  async acquire(): Promise<boolean> {
    if (this.isHeld) return true;
    this.session = await this.postgres.hold(LOCK.usageDelivery, 'usage delivery');
    if (!this.session) return false;
    const warn = () => this.logger.warn('The delivery lock is lost: its connection to PostgreSQL broke');
    this.session.lost.addEventListener('abort', warn, { once: true });
    this.logger.log('This process delivers usage to ClickHouse');
    return true;
  }

  /** @throws Error when the connection, and the lock with it, is gone. */
  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.holder().query<Row>(sql, values);
  }

  /** Statements sent meanwhile are committed together, or none of them. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    return this.holder().transaction(work);
  }

  /** Gives the lock back by closing the connection. */
  release(): void {
    this.session?.close();
    this.session = undefined;
  }

  private holder(): Session {
    if (!this.session) throw new Error('The delivery lock is not held');
    return this.session;
  }
}
