import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/sql.js';
import type { NoticeKind } from '../notice-kinds.js';
import type { Occasion } from '../notice.js';
import type { Holding } from './holdings.js';

/** Most that begin in one scan; the others in the next. As many tools as a server may have. */
const BEGINNINGS_MAX = 2_000;

/** All SQL of `mcp.notice_occasions`: what holds now and was told. Of any number of replicas that see something begin, one is first. */
@Injectable()
export class OccasionsRepository {
  /** Notes what holds and is not noted yet, and returns that. A subject that was told of within the last hour waits. */
  begin(tx: Transaction, kind: NoticeKind, { sql, values }: Holding): Promise<Occasion[]> {
    return tx.query(
      `WITH holding AS MATERIALIZED (${sql}), fresh AS (
         INSERT INTO mcp.notice_occasions (key, kind)
         SELECT h.key, $1 FROM holding h
         WHERE NOT EXISTS (SELECT FROM mcp.notice_occasions o WHERE o.key = h.key)
           AND NOT EXISTS (
             SELECT FROM mcp.notices n WHERE n.kind = $1 AND n.subject = h.subject AND n.created_at > now() - interval '1 hour')
         ORDER BY h.key LIMIT ${BEGINNINGS_MAX} ON CONFLICT DO NOTHING RETURNING key
       )
       SELECT $1 AS kind, key, subject, user_id AS "userId", data FROM holding JOIN fresh USING (key) ORDER BY key`,
      [kind, ...values],
    );
  }

  /** Forgets what does not hold any more. */
  async end(tx: Transaction, kind: NoticeKind, { sql, values }: Holding): Promise<void> {
    await tx.query(
      `WITH holding AS MATERIALIZED (${sql})
       DELETE FROM mcp.notice_occasions o WHERE kind = $1 AND NOT EXISTS (SELECT FROM holding h WHERE h.key = o.key)`,
      [kind, ...values],
    );
  }

  /** Notes what this replica sees. Returns the keys of what no replica had noted before; of the others, that they are seen still. */
  async see(tx: Transaction, occasions: readonly Occasion[]): Promise<Set<string>> {
    const rows = occasions.map(({ key, kind, since = null }) => ({ key, kind, since }));
    const seen = await tx.query<{ key: string; is_new: boolean }>(
      `INSERT INTO mcp.notice_occasions (key, kind, began_at)
       SELECT key, kind, coalesce(since, now()) FROM json_to_recordset($1::json) AS seen (key text, kind text, since timestamptz)
       ORDER BY key
       ON CONFLICT (key) DO UPDATE SET seen_at = now() RETURNING key, xmax = 0 AS is_new`,
      [JSON.stringify(rows)],
    );
    return new Set(seen.flatMap(({ key, is_new }) => (is_new ? [key] : [])));
  }

  /** Forgets those of a kind that no replica has seen for so long. Returns which began when. With `keys`, of these only. */
  forgetUnseen(
    tx: Transaction,
    kind: NoticeKind,
    { unseenMs, keys }: { unseenMs: number; keys?: readonly string[] },
  ): Promise<{ key: string; beganAt: Date }[]> {
    return tx.query(
      `DELETE FROM mcp.notice_occasions
       WHERE kind = $1 AND seen_at < now() - $2 * interval '1 ms' AND ($3::text[] IS NULL OR key = ANY ($3))
       RETURNING key, began_at AS "beganAt"`,
      [kind, unseenMs, keys ?? null],
    );
  }
}
