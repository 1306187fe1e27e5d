import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';

/** A statement that PostgreSQL has not answered by then counts as failed, whatever its outcome, and its connection is closed. */
const BOUNDED = { timeoutMs: 2_000 };

/** What became of a numbered batch. */
export type BatchFate = 'done' | 'not done' | 'closed';

export interface OpenReplica {
  id: number;
  name: string;
  seenAt: Date;
}

/** Far more than there are; those that ended without a word stay open until others close them. */
const LISTED_MAX = 100;

/** All SQL of `mcp.replicas` but that of the statements that are batches. */
@Injectable()
export class ReplicasRepository {
  constructor(private readonly postgres: Postgres) {}

  /** A new replica, for `termMs` at first. @returns Its id. */
  async open(name: string, termMs: number): Promise<number> {
    const [row] = await this.postgres.query<{ id: number }>(
      `INSERT INTO mcp.replicas (name, expires_at) VALUES ($1, mcp.ledger_time() + $2 * interval '1 ms') RETURNING id`,
      [name, termMs],
      BOUNDED,
    );
    return row!.id;
  }

  /**
   * It lives for `termMs` from now on. `callsSince`: when the oldest priced call began that runs here, ms since the epoch.
   * @returns Whether it is still open.
   */
  async renew(id: number, termMs: number, callsSince: number | undefined): Promise<boolean> {
    const renewed = await this.postgres.execute(
      `UPDATE mcp.replicas SET expires_at = mcp.ledger_time() + $2 * interval '1 ms', calls_since = $3
       WHERE id = $1 AND closed_at IS NULL`,
      [id, termMs, callsSince === undefined ? null : new Date(callsSince)],
      BOUNDED,
    );
    return renewed > 0;
  }

  /** Those that are open, last heard first. @param termMs For how long each lives after it was heard. */
  all(termMs: number): Promise<OpenReplica[]> {
    return this.postgres.query<OpenReplica>(
      `SELECT id, name, expires_at - $1 * interval '1 ms' AS "seenAt" FROM mcp.replicas
       WHERE closed_at IS NULL ORDER BY expires_at DESC, id LIMIT ${LISTED_MAX}`,
      [termMs],
      BOUNDED,
    );
  }

  /** It stops: nothing is written under this id any more. */
  async close(id: number): Promise<void> {
    const sql = 'UPDATE mcp.replicas SET closed_at = mcp.ledger_time() WHERE id = $1 AND closed_at IS NULL';
    await this.postgres.execute(sql, [id], BOUNDED);
  }

  /** Asked after a batch that was refused: an earlier attempt at it has succeeded, or the replica is closed. */
  async fateOf({ replicaId, number }: { replicaId: number; number: number }): Promise<BatchFate> {
    const [row] = await this.postgres.query<{ last: string; isClosed: boolean }>(
      'SELECT last_batch AS last, closed_at IS NOT NULL AS "isClosed" FROM mcp.replicas WHERE id = $1',
      [replicaId],
      BOUNDED,
    );
    if (row && Number(row.last) >= number) return 'done';
    return !row || row.isClosed ? 'closed' : 'not done';
  }
}
