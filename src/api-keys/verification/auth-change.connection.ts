import pg from 'pg';
import { parseAuthChange, type AuthChange } from './auth-change.js';

/** Well below the two seconds for which a cache may be believed, so that a dead connection is replaced in time. */
const CONNECT_TIMEOUT_MS = 1_000;
const QUERY_TIMEOUT_MS = 1_000;
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

export interface ChangeConnectionEvents {
  onChange: (change: AuthChange) => void;
  onLost: () => void;
}

/**
 * A connection of its own that listens to `auth_changes` and reads the table behind it. All SQL of that table is here.
 * Not one of the pool: a pool that is busy must not delay a revocation.
 */
export class AuthChangeConnection {
  private constructor(private readonly client: pg.Client) {}

  /** Connects and listens. From here on a change is announced in milliseconds, for as long as the connection lives. */
  static async open(url: string, events: ChangeConnectionEvents): Promise<AuthChangeConnection> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'tallygate auth changes',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
    client.on('error', () => undefined); // what fails is also told by the promises below, later by `end`
    client.on('notification', ({ payload = '' }) => {
      const change = parseAuthChange(payload);
      if (change) events.onChange(change);
    });
    const connection = new AuthChangeConnection(client);
    await connection.listen();
    client.on('error', events.onLost).on('end', events.onLost);
    return connection;
  }

  /**
   * Changes of all transactions from `horizon` on, the last reading's. A transaction that was still open then is read
   * again, since it may have committed since; a plain serial number would have skipped it.
   */
  async read(horizon: bigint | undefined): Promise<ChangeReading> {
    const { rows } = await this.client.query<{ horizon: string; kind: AuthChange['kind'] | null; id: string }>(
      `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon, kind, id
       FROM (SELECT 1) AS always
       LEFT JOIN (SELECT DISTINCT kind, id FROM mcp.auth_changes WHERE tx >= $1::text::xid8 LIMIT $2) AS changes ON true`,
      [horizon?.toString() ?? null, CHANGES_MAX + 1],
    );
    const changes = rows.flatMap(({ kind, id }) => (kind ? [{ kind, id }] : []));
    return { horizon: BigInt(rows[0]!.horizon), changes: changes.length > CHANGES_MAX ? undefined : changes };
  }

  /** Deletes what transactions below the horizon wrote, the oldest first, a bounded number at a time. */
  async deleteBelow(horizon: bigint): Promise<void> {
    await this.client.query(
      `DELETE FROM mcp.auth_changes
       WHERE seq IN (SELECT seq FROM mcp.auth_changes WHERE tx < $1::text::xid8 ORDER BY seq LIMIT $2)`,
      [horizon.toString(), DELETE_MAX],
    );
  }

  /** Never fails: a connection that cannot say goodbye is gone as well. */
  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }

  private async listen(): Promise<void> {
    try {
      await this.client.connect();
      await this.client.query('LISTEN auth_changes');
    } catch (error) {
      void this.close();
      throw error;
    }
  }
}
