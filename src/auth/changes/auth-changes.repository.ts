import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { AuthChange } from './auth-change.js';

/** More changes than this at once are not listed; the reader forgets everything instead. */
const CHANGES_MAX = 10_000;
const DELETE_MAX = 10_000;

/** What a reader of the table has to know to go on from here. */
export interface ChangeReading {
  /** Transactions below this one are finished: all they wrote was in this reading or an earlier one. */
  horizon: bigint;
  /** Undefined: too many to list. */
  changes: AuthChange[] | undefined;
}

/** All SQL of `mcp.auth_changes`; triggers write it (`database/functions/triggers.sql`). */
@Injectable()
export class AuthChangesRepository {
  constructor(private readonly postgres: Postgres) {}

  /**
   * Changes of all transactions from `horizon` on, the last reading's. A transaction that was still open then is read
   * again, since it may have committed since; a plain serial number would have skipped it.
   * Not over the pool: one that is busy must not delay a revocation.
   */
  async read(horizon: bigint | undefined): Promise<ChangeReading> {
    const rows = await this.postgres.queryPastThePool<{ horizon: string; kind: AuthChange['kind'] | null; id: string }>(
      `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon, kind, id
       FROM (SELECT 1) AS always
       LEFT JOIN (SELECT DISTINCT kind, id FROM mcp.auth_changes WHERE tx >= $1::text::xid8 LIMIT $2) AS changes ON true`,
      [horizon?.toString() ?? null, CHANGES_MAX + 1],
    );
    const changes = rows.flatMap(({ kind, id }) => (kind ? [{ kind, id }] : []));
    return { horizon: BigInt(rows[0]!.horizon), changes: changes.length > CHANGES_MAX ? undefined : changes };
  }

  /** Deletes what transactions below the horizon wrote, the oldest first. Returns whether there may be more. */
  async deleteBelow(horizon: bigint): Promise<boolean> {
    const deleted = await this.postgres.execute(
      `DELETE FROM mcp.auth_changes
       WHERE seq IN (SELECT seq FROM mcp.auth_changes WHERE tx < $1::text::xid8 ORDER BY seq LIMIT $2)`,
      [horizon.toString(), DELETE_MAX],
    );
    return deleted === DELETE_MAX;
  }
}
