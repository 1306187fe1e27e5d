import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Period } from '../reports/usage-days.js';
import type { UsageEvent } from './usage-event.js';

/**
 * A statement PostgreSQL has not answered by then has failed, whatever became of it, and its connection is closed: neither
 * calls nor `/health` hang on it.
 */
const BOUNDED = { timeoutMs: 5_000 };

/** What is where, counted in one statement, so that the numbers agree with each other. */
export interface Backlog {
  /** Rows brought to ClickHouse, for all time. */
  delivered: number;
  /** Rows ClickHouse can never accept, waiting in `mcp.usage_rejected` for a person. */
  rejected: number;
  /** Rows waiting here. */
  pending: number;
  /** Age of the oldest waiting row by PostgreSQL's clock, milliseconds; 0 when none waits. */
  oldest_pending_ms: number;
}

/** Charges that are not in ClickHouse, or not for certain, at one moment. */
export interface Undelivered {
  /** By the day their calls were admitted. */
  days: UndeliveredDay[];
  /** When the first call that still waits was admitted; null when none waits. */
  oldest: Date | null;
  /** A batch is on its way: its rows may be in ClickHouse already. */
  isSending: boolean;
  /** Rows brought to ClickHouse, for all time: equal numbers mean that nothing was delivered in between. */
  delivered: number;
}

export interface UndeliveredDay {
  /** `YYYY-MM-DD`, UTC. */
  date: string;
  /** Charged credits of rows that wait. */
  pending: number;
  /** Charged credits of rows ClickHouse can never accept. */
  rejected: number;
}

/** The near end of `mcp.usage_outbox`: what every replica appends and counts. Delivery is `UsageBatchRepository`. */
@Injectable()
export class UsageOutboxRepository {
  constructor(private readonly postgres: Postgres) {}

  /**
   * Commits the events in one statement, which also reads the credits that no call holds of the given accounts: by account. Every
   * call waits for this one, so it is prepared once a connection, and takes strings instead of arrays, whose quoting costs
   * more than the insert (a third of the CPU time).
   */
  async append(events: UsageEvent[], accountIds: Iterable<number> = []): Promise<Map<number, number>> {
    const rows = await this.postgres.prepared<{ id: string; available: string }>(
      'append-usage',
      APPEND,
      [
        `{${events.map((event) => event.created_at).join()}}`,
        events.map((event) => JSON.stringify(event)).join('\n'),
        `{${[...accountIds].join()}}`,
      ],
      BOUNDED,
    );
    return new Map(rows.map(({ id, available }) => [Number(id), Number(available)]));
  }

  async backlog(): Promise<Backlog> {
    const [row] = await this.postgres.query<Record<keyof Backlog, string>>(
      `SELECT delivered, (SELECT count(*) FROM mcp.usage_rejected) AS rejected,
             (SELECT count(*) FROM mcp.usage_outbox) AS pending,
             coalesce((SELECT 1000 * extract(epoch FROM clock_timestamp() - created_at)
                       FROM mcp.usage_outbox ORDER BY tx, seq LIMIT 1), 0) AS oldest_pending_ms
       FROM mcp.usage_totals`,
      [],
      BOUNDED,
    );
    return {
      delivered: Number(row!.delivered),
      rejected: Number(row!.rejected),
      pending: Number(row!.pending),
      oldest_pending_ms: Math.max(0, Math.round(Number(row!.oldest_pending_ms))),
    };
  }

  /** What waits of a period. Reads the whole backlog: for an operator, not for a dashboard. */
  async undelivered({ from, to }: Period): Promise<Undelivered> {
    const [row] = await this.postgres.query<Omit<Undelivered, 'delivered'> & { delivered: string }>(UNDELIVERED, [from, to]);
    return { ...row!, delivered: Number(row!.delivered) };
  }
}

const APPEND = `
  WITH appended AS (
    INSERT INTO mcp.usage_outbox (created_at, body) SELECT * FROM unnest($1::timestamptz[], string_to_array($2, E'\\n'))
  )
  SELECT account_id AS id, available FROM mcp.available_credits WHERE account_id = ANY ($3::bigint[])`;

// One statement, so that its parts agree. A rejected row may not even be JSON, so the charge is found as text: inside a
// JSON string its quotes would be escaped.
const UNDELIVERED = `
  WITH waiting AS (
    SELECT created_at, body, false AS is_rejected FROM mcp.usage_outbox
    UNION ALL SELECT created_at, body, true FROM mcp.usage_rejected
  ), days AS (
    SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS date,
      coalesce(sum(credits) FILTER (WHERE NOT is_rejected), 0) AS pending,
      coalesce(sum(credits) FILTER (WHERE is_rejected), 0) AS rejected
    FROM (SELECT *, substring(body FROM '"credits_charged": ?([0-9]+)')::bigint AS credits FROM waiting) AS charges
    WHERE created_at >= $1::timestamp AT TIME ZONE 'UTC' AND created_at < $2::timestamp AT TIME ZONE 'UTC' GROUP BY 1
  )
  SELECT (SELECT coalesce(json_agg(days ORDER BY date), '[]') FROM days) AS days,
    (SELECT min(created_at) FROM mcp.usage_outbox) AS oldest,
    EXISTS (SELECT 1 FROM mcp.usage_batches) AS "isSending",
    (SELECT delivered FROM mcp.usage_totals) AS delivered`;
