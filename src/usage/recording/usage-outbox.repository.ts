import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Period } from '../reports/usage-days.js';
import type { LeasedCharge } from './leased-charge.js';
import type { Batch } from './replica.service.js';
import type { UsageEvent } from './usage-event.js';

/**
 * A statement PostgreSQL has not answered by then has failed, whatever became of it, and its connection is closed: neither
 * calls nor `/health` hang on it. Shorter than the time for which a charge is tried again.
 */
const BOUNDED = { timeoutMs: 2_000 };

/** A call to be recorded. */
export interface Recording {
  event: UsageEvent;
  /** Of a priced call. */
  charge?: LeasedCharge | undefined;
  /** Whose credits are to be read beside it. */
  accountId?: number | undefined;
  /** Its id is that of a task: a second charge of it fails with `UNIQUE_VIOLATION`. */
  isTask?: boolean | undefined;
}

/** What is where, counted in one statement, so that the numbers agree with each other. */
export interface Backlog {
  /** Rows brought to ClickHouse, for all time. */
  delivered: number;
  /** Rows ClickHouse can never accept, waiting in `mcp.usage_rejected` for a person. */
  rejected: number;
  /** Rows waiting here. */
  pending: number;
  /** Rows that ClickHouse had lost and was given once more, for all time. */
  healed: number;
  /** Rows that ClickHouse has lost and the outbox no longer has. */
  lost: number;
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

/** Rows that ClickHouse had lost and was sent again; that it has lost for good; that it has and was never given. */
export interface Verified {
  healed: number;
  lost: number;
  surplus: number;
  /** When it was last asked and had all; null: not yet. */
  at: Date | null;
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
   * Commits the events in one statement, as the replica's next batch, which also reads the credits that no lease holds of the
   * accounts asked for. Every call waits for this one, so it is prepared once a connection, and takes strings instead of arrays,
   * whose quoting costs more than the insert (a third of the CPU time).
   * @returns By account; undefined where the batch is not the replica's next: it is done already, or the replica is closed.
   */
  async append({ replicaId, number }: Batch, recordings: Recording[]): Promise<Map<number, number> | undefined> {
    const asked = new Set(recordings.flatMap(({ accountId }) => accountId ?? []));
    const list = (value: (recording: Recording) => string | number | undefined) =>
      `{${recordings.map((recording) => value(recording) ?? 'NULL').join()}}`;
    const values = [
      replicaId,
      number,
      list(({ event }) => event.created_at),
      list(({ event }) => event.id),
      list(({ charge }) => charge?.accountId),
      list(({ charge }) => charge?.amount),
      list(({ charge }) => charge?.uncharged || undefined),
      recordings.map(({ event }) => JSON.stringify(event)).join('\n'),
      `{${[...asked].join()}}`,
    ];
    // Most calls are neither of a task nor of a key with a budget, and cost no list more.
    const isPlain = recordings.every(({ isTask, charge }) => !isTask && charge?.budgetId === undefined);
    const more = () => [
      `{${recordings.flatMap(({ event, isTask }) => (isTask ? [event.id] : [])).join()}}`,
      list(({ charge }) => charge?.budgetId),
    ];
    const rows = await this.inAnHour(() =>
      isPlain
        ? this.postgres.prepared<AppendRow>('append-usage', APPEND, values, BOUNDED)
        : this.postgres.prepared<AppendRow>('append-usage-with-more', APPEND_MORE, [...values, ...more()], BOUNDED),
    );
    const isDone = rows[0]!.available === '1';
    return isDone ? new Map(rows.slice(1).map(({ id, available }) => [Number(id), Number(available)])) : undefined;
  }

  /** Makes the tables of this hour and the next ones. */
  async addHours(): Promise<void> {
    await this.postgres.query(
      `SELECT mcp.add_outbox_hour(clock_timestamp() + n * interval '1 hour') FROM generate_series(0, ${HOURS_AHEAD}) AS n`,
    );
  }

  /** The tables are made hours ahead (`OutboxHours`); where time has jumped over them, they are made now. */
  private async inAnHour<T>(append: () => Promise<T>): Promise<T> {
    try {
      return await append();
    } catch (error) {
      if (!/no partition of relation/.test((error as Error).message)) throw error;
    }
    await this.addHours();
    return append();
  }

  async backlog(): Promise<Backlog> {
    const [row] = await this.postgres.query<Record<keyof Backlog, string>>(
      `SELECT delivered, (SELECT count(*) FROM mcp.usage_rejected) AS rejected,
             (SELECT count(*) FROM mcp.undelivered_usage) AS pending,
             (SELECT coalesce(sum(healed), 0) FROM mcp.usage_hours) AS healed,
             (SELECT coalesce(sum(lost), 0) FROM mcp.usage_hours) AS lost,
             coalesce((SELECT 1000 * extract(epoch FROM clock_timestamp() - created_at)
                       FROM mcp.undelivered_usage ORDER BY tx, seq LIMIT 1), 0) AS oldest_pending_ms
       FROM mcp.usage_totals`,
      [],
      BOUNDED,
    );
    return {
      delivered: Number(row!.delivered),
      rejected: Number(row!.rejected),
      pending: Number(row!.pending),
      healed: Number(row!.healed),
      lost: Number(row!.lost),
      oldest_pending_ms: Math.max(0, Math.round(Number(row!.oldest_pending_ms))),
    };
  }

  /** Until when everything that was recorded is in ClickHouse, but for what it can never accept. By PostgreSQL's clock. */
  async deliveredUntil(): Promise<Date> {
    const [row] = await this.postgres.query<{ until: Date }>(
      `SELECT coalesce((SELECT appended_at FROM mcp.undelivered_usage ORDER BY tx, seq LIMIT 1), clock_timestamp()) AS until`,
      [],
      BOUNDED,
    );
    return row!.until;
  }

  /** What asking ClickHouse has come to, whether it still has what it was given, for all time. */
  async verified(): Promise<Verified> {
    const [row] = await this.postgres.query<Record<'healed' | 'lost' | 'surplus', string> & Pick<Verified, 'at'>>(
      `SELECT coalesce(sum(healed), 0) AS healed, coalesce(sum(lost), 0) AS lost, coalesce(sum(surplus), 0) AS surplus,
         (SELECT verified_at FROM mcp.usage_totals) AS at FROM mcp.usage_hours`,
    );
    const { healed, lost, surplus, at } = row!;
    return { healed: Number(healed), lost: Number(lost), surplus: Number(surplus), at };
  }

  /** When the oldest priced call was admitted that runs on any replica; undefined when none runs, as far as they have told. */
  async callsSince(): Promise<Date | undefined> {
    const sql = 'SELECT min(calls_since) AS oldest FROM mcp.replicas WHERE closed_at IS NULL';
    return (await this.postgres.query<{ oldest: Date | null }>(sql))[0]!.oldest ?? undefined;
  }

  /** What waits of a period. Reads the whole backlog: for an operator, not for a dashboard. */
  async undelivered({ from, to }: Period): Promise<Undelivered> {
    const [row] = await this.postgres.query<Omit<Undelivered, 'delivered'> & { delivered: string }>(UNDELIVERED, [from, to]);
    return { ...row!, delivered: Number(row!.delivered) };
  }
}

interface AppendRow extends Record<string, unknown> {
  id: string | null;
  available: string;
}

/** Tables that are made ahead of time. */
const HOURS_AHEAD = 3;

// The replica's row decides, and gives the transaction its number, which it must have before the time is asked (`note_look`): whoever sends a batch again waits there for the first attempt, and finds its number taken.
const append = ({ column = '', list = '', alsoWritten = '' }) => `
  WITH turn AS (
    UPDATE mcp.replicas SET last_batch = $2 WHERE id = $1 AND last_batch < $2 AND closed_at IS NULL RETURNING id
  ), appended AS (
    INSERT INTO mcp.usage_outbox (appended_at, created_at, event_id, account_id, charge, uncharged, replica_id, body${column})
    SELECT (SELECT mcp.append_time()), created_at, event_id, account_id, charge, uncharged, CASE WHEN account_id IS NOT NULL THEN turn.id END, body${column}
    FROM turn, ROWS FROM (
      unnest($3::timestamptz[]), unnest($4::uuid[]), unnest($5::bigint[]), unnest($6::bigint[]), unnest($7::bigint[]),
      unnest(string_to_array($8, E'\\n'))${list}
    ) AS e (created_at, event_id, account_id, charge, uncharged, body${column})
  )${alsoWritten}
  SELECT NULL::bigint AS id, (SELECT count(*) FROM turn) AS available
  UNION ALL SELECT account_id, available FROM mcp.available_credits WHERE account_id = ANY ($9::bigint[])`;
const APPEND = append({});
const APPEND_MORE = append({
  column: ', budget_id',
  list: ', unnest($11::uuid[])',
  alsoWritten: ', tasks AS (INSERT INTO mcp.charged_tasks (id) SELECT unnest($10::uuid[]) FROM turn)',
});

// One statement, so that its parts agree. A rejected row may not even be JSON, so the charge is found as text: inside a
// JSON string its quotes would be escaped.
const UNDELIVERED = `
  WITH waiting AS (
    SELECT created_at, body, false AS is_rejected FROM mcp.undelivered_usage
    UNION ALL SELECT created_at, body, true FROM mcp.usage_rejected
  ), days AS (
    SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS date,
      coalesce(sum(credits) FILTER (WHERE NOT is_rejected), 0) AS pending,
      coalesce(sum(credits) FILTER (WHERE is_rejected), 0) AS rejected
    FROM (SELECT *, mcp.charge_in(body) AS credits FROM waiting) AS charges
    WHERE created_at >= $1::timestamp AT TIME ZONE 'UTC' AND created_at < $2::timestamp AT TIME ZONE 'UTC' GROUP BY 1
  )
  SELECT (SELECT coalesce(json_agg(days ORDER BY date), '[]') FROM days) AS days,
    (SELECT min(created_at) FROM mcp.undelivered_usage) AS oldest,
    EXISTS (SELECT 1 FROM mcp.usage_batches) AS "isSending",
    (SELECT delivered FROM mcp.usage_totals) AS delivered`;
