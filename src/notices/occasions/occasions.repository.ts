import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { Transaction } from '../../database/sql.js';
import type { NoticeKind } from '../notice-kinds.js';
import type { Occasion } from '../notice.js';
import type { Look } from './holdings.js';

/** Most that are told in one scan; the others in the next. As many tools as a server may have. */
const TOLD_MAX = 2_000;
/** A scan that comes a little early is not another one. */
const DUE_SHARE = 0.9;

/** All SQL of `mcp.notice_occasions` and `mcp.notice_scans`: what holds now and was told, and when each kind was looked for. */
@Injectable()
export class OccasionsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Forgets looks for what nobody is told of any more. */
  async lookOnlyFor(names: readonly string[]): Promise<void> {
    await this.postgres.execute('DELETE FROM mcp.notice_scans WHERE kind <> ALL ($1)', [names]);
  }

  /**
   * Takes this turn of a look, until the transaction ends: one replica in each `everyMs`. Whether it is the first since
   * somebody is told of it; undefined when it was another replica's turn.
   */
  async takeTurn(tx: Transaction, name: string, everyMs: number): Promise<{ isFirst: boolean } | undefined> {
    const [turn] = await tx.query<{ isFirst: boolean }>(
      `INSERT INTO mcp.notice_scans AS s (kind) VALUES ($1)
       ON CONFLICT (kind) DO UPDATE SET scanned_at = now() WHERE s.scanned_at <= now() - $2 * interval '1 ms'
       RETURNING xmax = 0 AS "isFirst"`,
      [name, DUE_SHARE * everyMs],
    );
    return turn;
  }

  /**
   * Forgets what does not hold any more, notes what is not noted yet, and returns that. A subject that was told of within the last
   * hour waits.
   */
  async follow(tx: Transaction, { name, kind, holding }: Look): Promise<Occasion[]> {
    const { sql, data, values, isForUserAlone = false } = holding;
    const begun = await tx.query<Occasion>(
      `WITH holding AS MATERIALIZED (${sql}), ${ENDED}, fresh AS (
         INSERT INTO mcp.notice_occasions (key, kind)
         SELECT h.key, $1 FROM holding h
         WHERE NOT EXISTS (SELECT FROM mcp.notice_occasions o WHERE o.key = h.key)
           AND NOT EXISTS (
             SELECT FROM mcp.notices n WHERE n.kind = split_part($1, ':', 1) AND n.subject = h.subject AND n.created_at > now() - interval '1 hour')
         ORDER BY h.key LIMIT ${TOLD_MAX} ON CONFLICT DO NOTHING RETURNING key
       )
       SELECT key, subject, user_id AS "userId", ${data} AS data FROM holding h JOIN fresh USING (key) ORDER BY key`,
      [name, ...values],
    );
    return begun.map((occasion) => ({ ...occasion, kind, isForUserAlone }));
  }

  /** As `follow`, of all at once, for nobody to be told of what is noted. */
  async followSilently(tx: Transaction, { name, holding: { sql, values } }: Look): Promise<void> {
    await tx.query(
      `WITH holding AS MATERIALIZED (${sql}), ${ENDED}
       INSERT INTO mcp.notice_occasions (key, kind) SELECT key, $1 FROM holding ORDER BY key ON CONFLICT DO NOTHING`,
      [name, ...values],
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

const ENDED = `ended AS (
  DELETE FROM mcp.notice_occasions o WHERE kind = $1 AND NOT EXISTS (SELECT FROM holding h WHERE h.key = o.key))`;
