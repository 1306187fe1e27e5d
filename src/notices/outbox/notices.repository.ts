import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Postgres } from '../../database/postgres.js';
import type { Sql, Transaction } from '../../database/sql.js';
import type { NewNotice } from '../notice.js';
import { Recipients, type Contact, type Recipient } from './recipients.js';

/** Of one user, kind and day. */
const OF_USER_MAX = 10;
/** What tells apart the count of notices that a user has wished for. */
const OWN = ' own';

/** All SQL that adds notices and forgets them. What becomes of a delivery is `DeliveriesRepository`'s. */
@Injectable()
export class NoticesRepository {
  constructor(
    private readonly postgres: Postgres,
    private readonly recipients: Recipients,
  ) {}

  inTransaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.postgres.transaction(work);
  }

  /**
   * Writes down what is to be told, and to whom: those who are told of the kind. Of one user only so much of a kind in a day, since
   * users can cause notices, of new keys without end; what is beyond is not told.
   */
  async add(tx: Transaction, wanted: readonly NewNotice[]): Promise<void> {
    const notices = await this.withinBounds(tx, wanted);
    if (notices.length === 0) return;
    const contacts = await this.contactsOf(
      tx,
      notices.flatMap(({ userId }) => userId ?? []),
    );
    const told = notices.map((notice) => {
      const user = contacts.get(notice.userId ?? '');
      return { ...notice, data: { ...notice.data, ...(user && { email: user.email }) }, to: this.recipients.of(notice, user) };
    });
    await this.insert(
      tx,
      told.filter(({ to }) => to.length > 0),
    );
  }

  /** Tells these, whoever else would be. Returns the ids of the deliveries. */
  addFor(notice: NewNotice, to: Recipient[]): Promise<number[]> {
    return this.postgres.transaction((tx) => this.insert(tx, [{ ...notice, to }]));
  }

  /** Forgets notices that are older than so many days, at most so many at once; what is left to deliver of them is given up with it. */
  deleteOld(keptDays: number, most: number): Promise<number> {
    return this.postgres.execute(
      `DELETE FROM mcp.notices WHERE id IN (
         SELECT id FROM mcp.notices WHERE created_at < now() - $1 * interval '1 day' ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [keptDays, most],
    );
  }

  private async withinBounds(tx: Transaction, notices: readonly NewNotice[]): Promise<NewNotice[]> {
    const told = await this.toldOf(
      tx,
      notices.flatMap(({ userId }) => userId ?? []),
    );
    return notices.filter(({ kind, userId, data }) => {
      if (!userId) return true;
      const of = `${kind} ${userId}${'low_balance' in data ? OWN : ''}`;
      const count = (told.get(of) ?? 0) + 1;
      told.set(of, count);
      return count <= OF_USER_MAX;
    });
  }

  /** How many notices of each kind there were of each user in the last day; those of their own wish keep none from operators. */
  private async toldOf(tx: Transaction, userIds: string[]): Promise<Map<string, number>> {
    if (userIds.length === 0) return new Map();
    const rows = await tx.query<{ of: string; count: number }>(
      `SELECT kind || ' ' || user_id || CASE WHEN data ? 'low_balance' THEN '${OWN}' ELSE '' END AS of, count(*)::int AS count
       FROM mcp.notices
       WHERE user_id = ANY ($1::uuid[]) AND created_at > now() - interval '1 day' GROUP BY 1`,
      [userIds],
    );
    return new Map(rows.map(({ of, count }) => [of, count]));
  }

  /** Of active users. */
  async contactsOf(sql: Sql, userIds: string[]): Promise<Map<string, Contact>> {
    const rows = await sql.query<Contact>(
      `SELECT c.user_id AS "userId", c.email, a.webhook IS NOT NULL AS "hasEndpoint"
       FROM mcp.callers c LEFT JOIN mcp.user_alerts a USING (user_id) WHERE c.user_id = ANY ($1::uuid[]) AND c.is_user_active`,
      [userIds],
    );
    return new Map(rows.map((contact) => [contact.userId, contact]));
  }

  private async insert(tx: Transaction, notices: readonly (NewNotice & { to: Recipient[] })[]): Promise<number[]> {
    const rows = notices.map(({ kind, subject, userId, data, to }) => ({ id: randomUUID(), kind, subject, userId, data, to }));
    await tx.query(
      `INSERT INTO mcp.notices (id, kind, subject, user_id, data)
       SELECT id, kind, subject, "userId", data
       FROM json_to_recordset($1::json) AS n (id uuid, kind text, subject text, "userId" uuid, data jsonb)`,
      [JSON.stringify(rows)],
    );
    const deliveries = await tx.query<{ id: string }>(
      `INSERT INTO mcp.notice_deliveries (notice_id, channel, endpoint, is_urgent)
       SELECT n.id, t.channel, t.endpoint, n."userId" IS NULL
       FROM json_to_recordset($1::json) AS n (id uuid, "userId" uuid, "to" json),
         json_to_recordset(n."to") AS t (channel text, endpoint text)
       ON CONFLICT DO NOTHING RETURNING id`,
      [JSON.stringify(rows)],
    );
    return deliveries.map(({ id }) => Number(id));
  }
}
