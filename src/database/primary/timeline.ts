import pg from 'pg';

/** A server that knows nothing of timelines, as some that only speak PostgreSQL's protocol, or does not tell us. */
const UNKNOWN = 0;
const UNTOLD: ReadonlySet<string> = new Set(['42501', '42883', '0A000', '55000']);

/** The first eight digits of a log file's name say the timeline at once; the control file says it only after a checkpoint. */
const TIMELINE = `SELECT pg_is_in_recovery() AS "isStandby",
  CASE WHEN NOT pg_is_in_recovery() THEN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END AS timeline`;

/**
 * The timeline that a server writes: with each promotion of a standby begins a higher one, so that of two servers that both take
 * writes the one of the lower was the primary once. Undefined: a standby, which takes none.
 */
export async function timelineOf(client: pg.ClientBase, timeoutMs: number): Promise<number | undefined> {
  try {
    const query = { text: TIMELINE, query_timeout: timeoutMs } as pg.QueryConfig;
    const { rows } = await client.query<{ isStandby: boolean; timeline: number | null }>(query);
    return rows[0]!.isStandby ? undefined : rows[0]!.timeline!;
  } catch (error) {
    if (UNTOLD.has((error as { code?: string }).code ?? '')) return UNKNOWN;
    throw error;
  }
}
