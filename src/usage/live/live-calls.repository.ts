import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { UsageEvent } from '../recording/usage-event.js';
import type { OutboxPlace } from './outbox-place.js';

/** A statement that is not answered by then has failed: the next look comes half a second later. */
const BOUNDED = { timeoutMs: 5_000 };

/** A recorded call, and where it is. */
export interface PlacedCall {
  place: OutboxPlace;
  event: UsageEvent;
}

/** The next calls behind a place. */
export interface NextCalls {
  calls: PlacedCall[];
  /** How many were looked at for them, and the place of the last one. */
  lookedAt: number;
  last?: OutboxPlace;
  /** How far PostgreSQL is: at a lower number than the place only if it was set back. */
  end: OutboxPlace;
}

interface Row extends OutboxPlace {
  /** Null: nobody asked for it. */
  body: string | null;
}

/** Reads calls in the order in which they were committed, on whichever replica; see `UsageOutbox2` for why none appears between them. */
@Injectable()
export class LiveCallsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Where all that is committed from now on will be behind. */
  async end(): Promise<OutboxPlace> {
    const [row] = await this.postgres.query<{ tx: string }>(
      'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS tx',
      [],
      BOUNDED,
    );
    return { tx: row!.tx, seq: '0' };
  }

  /** The same, and where what ClickHouse has ends. */
  async ends(): Promise<{ end: OutboxPlace; delivered: OutboxPlace }> {
    const [row] = await this.postgres.query<OutboxPlace & { firstRunning: string }>(
      `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS "firstRunning", tx::text, seq::text
       FROM mcp.usage_positions WHERE name = 'delivered'`,
      [],
      BOUNDED,
    );
    const { firstRunning, ...delivered } = row!;
    return { end: { tx: firstRunning, seq: '0' }, delivered };
  }

  /** The first calls behind a place; those of other users than these (unset: everybody's) are looked at, but not read. */
  async behind({ tx, seq }: OutboxPlace, most: number, userIds: string[] | undefined): Promise<NextCalls> {
    const rows = await this.postgres.query<Row & { firstRunning: string }>(
      `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS "firstRunning", tx::text, seq::text,
         CASE WHEN $4::text[] IS NULL OR mcp.user_in(body) = ANY ($4) THEN body END AS body
       FROM (SELECT 1) AS always LEFT JOIN mcp.settled_calls($1::xid8, $2, $3) ON true`,
      [tx, seq, most, userIds ?? null],
      BOUNDED,
    );
    const end = { tx: rows[0]!.firstRunning, seq: '0' };
    const { calls, lookedAt, last } = placed(rows);
    return { calls, lookedAt, end, ...(last && { last }) };
  }

  /** The last calls between two places that are a user's, or everybody's, and how many were looked at. */
  async between(
    after: OutboxPlace,
    last: OutboxPlace,
    most: number,
    userId: string | undefined,
  ): Promise<{ calls: PlacedCall[]; lookedAt: number }> {
    const rows = await this.postgres.query<Row & { lookedAt: string }>(
      `SELECT looked_at AS "lookedAt", tx::text, seq::text, body FROM mcp.calls_between($1::xid8, $2, $3::xid8, $4, $5, $6)`,
      [after.tx, after.seq, last.tx, last.seq, most, userId ?? null],
      BOUNDED,
    );
    return { calls: placed(rows).calls, lookedAt: Number(rows[0]!.lookedAt) };
  }
}

/** A row that somebody has changed by hand may be no call. It is passed over here, and waits elsewhere for a person (`mcp.usage_rejected`). */
function placed(rows: Row[]): { calls: PlacedCall[]; lookedAt: number; last: OutboxPlace | undefined } {
  const found = rows.filter(({ tx }) => tx !== null);
  const calls = found.flatMap(({ tx, seq, body }) => {
    const event = body === null ? undefined : parsed(body);
    return event ? [{ place: { tx, seq }, event }] : [];
  });
  const end = found.at(-1);
  return { calls, lookedAt: found.length, last: end && { tx: end.tx, seq: end.seq } };
}

function parsed(body: string): UsageEvent | undefined {
  try {
    return JSON.parse(body) as UsageEvent;
  } catch {
    return undefined;
  }
}
