import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import type { NewNotice } from '../notice.js';
import { Recipients, type Recipient } from './recipients.js';

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

  /** Writes down what is to be told, and to whom: those who are told of the kind. */
  async add(tx: Transaction, notices: readonly NewNotice[]): Promise<void> {
    if (notices.length === 0) return;
    const emails = await this.emailsOf(
      tx,
      notices.flatMap(({ userId }) => userId ?? []),
    );
    const told = notices.map((notice) => {
      const email = emails.get(notice.userId ?? '');
      return { ...notice, data: { ...notice.data, ...(email && { email }) }, to: this.recipients.of(notice.kind, email) };
    });
    await this.insert(tx, told);
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

  /** Of active users. */
  private async emailsOf(tx: Transaction, userIds: string[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ userId: string; email: string }>(
      'SELECT user_id AS "userId", email FROM mcp.callers WHERE user_id = ANY ($1) AND is_user_active',
      [userIds],
    );
    return new Map(rows.map(({ userId, email }) => [userId, email]));
  }

  private async insert(tx: Transaction, notices: readonly (NewNotice & { to: Recipient[] })[]): Promise<number[]> {
    const rows = notices.map(({ kind, subject, data, to }) => ({ id: randomUUID(), kind, subject, data, to }));
    await tx.query(
      `INSERT INTO mcp.notices (id, kind, subject, data)
       SELECT id, kind, subject, data FROM json_to_recordset($1::json) AS n (id uuid, kind text, subject text, data jsonb)`,
      [JSON.stringify(rows)],
    );
    const deliveries = await tx.query<{ id: string }>(
      `INSERT INTO mcp.notice_deliveries (notice_id, channel, endpoint)
       SELECT n.id, t.channel, t.endpoint FROM json_to_recordset($1::json) AS n (id uuid, "to" json),
         json_to_recordset(n."to") AS t (channel text, endpoint text)
       ON CONFLICT DO NOTHING RETURNING id`,
      [JSON.stringify(rows)],
    );
    return deliveries.map(({ id }) => Number(id));
  }
}
