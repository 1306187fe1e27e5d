import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Sql } from '../../database/sql.js';
import type { Notice } from '../notice.js';
import type { NoticeKind } from '../notice-kinds.js';
import type { Recipient } from './recipients.js';

export const DELIVERY_STATES = ['waiting', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One attempt to deliver, as the log has it. */
export interface Attempt {
  /** ISO 8601. */
  at: string;
  duration_ms: number;
  /** Of HTTP or SMTP; null when there was no answer. */
  status: number | null;
  /** Null for one that succeeded. */
  error: string | null;
}

/** A delivery that this replica has taken up. */
export interface TakenDelivery extends Recipient {
  id: number;
  /** With the one that begins. */
  tries: number;
  notice: Notice;
}

/** A delivery as operators see it. */
export interface ListedDelivery extends Recipient {
  id: number;
  noticeId: string;
  kind: NoticeKind;
  data: Record<string, unknown>;
  state: DeliveryState;
  tries: number;
  createdAt: Date;
  /** Null unless it waits. */
  dueAt: Date | null;
  endedAt: Date | null;
  attempts: Attempt[];
}

/** Undefined members do not filter. */
export interface DeliveryFilter {
  channel?: string | undefined;
  endpoint?: string | undefined;
  kind?: string | undefined;
  state?: DeliveryState | undefined;
}

/** How many of a lane may be taken up: of one webhook, or of all mail. */
export interface Room {
  channel: Recipient['channel'];
  /** Null for mail. */
  endpoint: string | null;
  room: number;
}

/** How deliveries to a webhook went; the last attempt of all. */
export interface EndpointNumbers {
  endpoint: string;
  waiting: number;
  delivered: number;
  failed: number;
  lastDeliveredAt: Date | null;
  lastAttempt: Attempt | null;
}

/** Attempts that a delivery's log keeps. */
const ATTEMPTS_KEPT = 10;

/** All SQL of what becomes of deliveries. Time is the database's, since the clocks of gateways differ. */
@Injectable()
export class DeliveriesRepository {
  constructor(private readonly postgres: Postgres) {}

  /**
   * Takes up what is due, what is urgent first, of each lane as much as there is room for. Of several replicas one has it, for so long: if it does not say
   * by then what became of it, it has died, and another attempt is due.
   */
  take(rooms: readonly Room[], forMs: number): Promise<TakenDelivery[]> {
    return takenUp(
      this.postgres,
      `SELECT one.id FROM json_to_recordset($2::json) AS lane (channel text, endpoint text, room int), LATERAL (
         SELECT id FROM mcp.notice_deliveries
         WHERE state = 'waiting' AND due_at <= now() AND channel = lane.channel AND (lane.endpoint IS NULL OR endpoint = lane.endpoint)
         ORDER BY is_urgent DESC, due_at LIMIT lane.room FOR UPDATE SKIP LOCKED
       ) AS one`,
      [forMs, JSON.stringify(rooms)],
    );
  }

  /** Writes an attempt down and what follows: another one after the pause, or none. One that succeeded stays so. */
  async finish(id: number, attempt: Attempt, next: { state: DeliveryState; pauseMs: number }): Promise<void> {
    await this.postgres.query(
      `UPDATE mcp.notice_deliveries SET state = $2, due_at = now() + $3 * interval '1 ms',
         ended_at = CASE WHEN $2 <> 'waiting' THEN now() END,
         attempts = CASE WHEN jsonb_array_length(attempts) >= ${ATTEMPTS_KEPT} THEN attempts - 0 ELSE attempts END || $4::jsonb
       WHERE id = $1 AND (state <> 'delivered' OR $2 = 'delivered')`,
      [id, next.state, next.pauseMs, JSON.stringify([attempt])],
    );
  }

  /** Gives back what was taken up and not tried to the end, as if it had never been taken. */
  async giveBack(id: number): Promise<void> {
    await this.postgres.query(
      `UPDATE mcp.notice_deliveries SET tries = greatest(tries - 1, 0), due_at = now() WHERE id = $1 AND state = 'waiting'`,
      [id],
    );
  }

  /** Gives up what has waited for so long, such as for a webhook that is not configured any more. Returns how many. */
  giveUp(waitedMs: number, most: number): Promise<number> {
    return this.postgres.execute(
      `UPDATE mcp.notice_deliveries SET state = 'failed', ended_at = now() WHERE id IN (
         SELECT id FROM mcp.notice_deliveries WHERE state = 'waiting' AND queued_at < now() - $1 * interval '1 ms' LIMIT $2
         FOR UPDATE SKIP LOCKED)`,
      [waitedMs, most],
    );
  }

  /** Has it delivered again, with all attempts anew. False when there is none. */
  async retry(id: number): Promise<boolean> {
    const count = await this.postgres.execute(
      `UPDATE mcp.notice_deliveries SET state = 'waiting', tries = 0, due_at = now(), queued_at = now(), ended_at = NULL WHERE id = $1`,
      [id],
    );
    return count > 0;
  }

  async find(id: number): Promise<ListedDelivery | undefined> {
    const [row] = await this.postgres.query<ListedDelivery>(`SELECT ${COLUMNS} ${FROM} WHERE d.id = $1`, [id]);
    return row && listed(row);
  }

  /** A page, newest first, with the number on all pages. */
  async page(
    { channel, endpoint, kind, state }: DeliveryFilter,
    { limit, offset }: { limit: number; offset: number },
  ): Promise<{ deliveries: ListedDelivery[]; total: number }> {
    const values = [channel ?? null, endpoint ?? null, kind ?? null, state ?? null];
    const [count] = await this.postgres.query<{ total: number }>(`SELECT count(*)::int AS total ${FROM} ${WHERE}`, values);
    const rows = await this.postgres.query<ListedDelivery>(
      `SELECT ${COLUMNS} ${FROM} ${WHERE} ORDER BY d.id DESC LIMIT $5 OFFSET $6`,
      [...values, limit, offset],
    );
    return { deliveries: rows.map(listed), total: count!.total };
  }

  /** Of each webhook that there were deliveries to. */
  numbersOfWebhooks(): Promise<EndpointNumbers[]> {
    return this.postgres.query(
      `SELECT endpoint, count(*) FILTER (WHERE state = 'waiting')::int AS waiting,
         count(*) FILTER (WHERE state = 'delivered')::int AS delivered, count(*) FILTER (WHERE state = 'failed')::int AS failed,
         max(ended_at) FILTER (WHERE state = 'delivered') AS "lastDeliveredAt",
         (array_agg(attempts -> -1 ORDER BY attempts -> -1 ->> 'at' DESC NULLS LAST))[1] AS "lastAttempt"
       FROM mcp.notice_deliveries WHERE channel = 'webhook' GROUP BY endpoint`,
    );
  }

  /** How many wait, by channel. */
  waiting(): Promise<{ channel: string; waiting: number }[]> {
    return this.postgres.query(
      `SELECT channel, count(*)::int AS waiting FROM mcp.notice_deliveries WHERE state = 'waiting' GROUP BY channel`,
    );
  }
}

/** Takes up what a query of ids gives, whose values follow `$1`: for how long, milliseconds. */
export async function takenUp(sql: Sql, due: string, values: [forMs: number, ...unknown[]]): Promise<TakenDelivery[]> {
  const rows = await sql.query<Omit<TakenDelivery, 'notice'> & Omit<Notice, 'id'> & { noticeId: string }>(
    // Materialized: joined in another order, the part with the limit could run more than once and lock more than there is room for.
    `WITH due AS MATERIALIZED (${due})
     UPDATE mcp.notice_deliveries d SET tries = d.tries + 1, due_at = now() + $1 * interval '1 ms'
     FROM due, mcp.notices n WHERE d.id = due.id AND n.id = d.notice_id
     RETURNING d.id, d.channel, d.endpoint, d.tries, n.id AS "noticeId", n.kind, n.data, n.created_at AS "createdAt"`,
    values,
  );
  return rows.map(({ id, channel, endpoint, tries, noticeId, kind, data, createdAt }) => ({
    ...{ id: Number(id), channel, endpoint, tries },
    notice: { id: noticeId, kind, data, createdAt },
  }));
}

const COLUMNS = `d.id, d.notice_id AS "noticeId", n.kind, n.data, d.channel, d.endpoint, d.state, d.tries, n.created_at AS "createdAt",
  CASE WHEN d.state = 'waiting' THEN d.due_at END AS "dueAt", d.ended_at AS "endedAt", d.attempts`;
const FROM = 'FROM mcp.notice_deliveries d JOIN mcp.notices n ON n.id = d.notice_id';
const WHERE = `WHERE ($1::text IS NULL OR d.channel = $1) AND ($2::text IS NULL OR d.endpoint = $2)
  AND ($3::text IS NULL OR n.kind = $3) AND ($4::text IS NULL OR d.state = $4)`;

/** PostgreSQL's bigint comes as text. */
const listed = (row: ListedDelivery): ListedDelivery => ({ ...row, id: Number(row.id) });
