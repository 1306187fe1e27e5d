import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { DeliveryLock } from './delivery-lock.js';
import { DirtyHoursRepository } from './dirty-hours.repository.js';

/** Most rows and bytes in one batch. Below 10 MB ClickHouse parses a body in one piece, so a batch lands as a whole. */
const BATCH_ROWS_MAX = 20_000;
const BATCH_BYTES_MAX = 8_000_000;

/** A range of the outbox, up to and including (`lastTx`, `lastSeq`), that is delivered as one. */
export interface UsageBatch {
  id: string;
  lastTx: string;
  lastSeq: string;
  rowCount: number;
  /** SHA-256 of its lines. */
  checksum: string;
}

/** The content of a batch's range. */
export interface BatchContent {
  /** One JSON object a line, in the order they were committed; ClickHouse takes them as they are. */
  lines: string;
  rowCount: number;
  checksum: string;
  /** Starts of the hours it touches. */
  hours: string[];
}

/** A row ClickHouse can never accept. */
export interface RejectedRow {
  /** Its position in the batch, from 0. */
  index: number;
  error: string;
}

/**
 * The delivery side of `mcp.usage_outbox`: batches, and where their rows go. Everything here requires the deliverer's
 * lock.
 */
@Injectable()
export class UsageBatchRepository {
  constructor(
    private readonly lock: DeliveryLock,
    private readonly dirtyHours: DirtyHoursRepository,
  ) {}

  /**
   * Adopts rows restored from another cluster's dump: their transaction ids lie in this cluster's future and would
   * never count as settled. No running transaction can look like that, since this one gets its id after it has seen
   * the rows. What was posted stays posted; all of it is delivered again, since nobody knows what that ClickHouse has.
   */
  async adoptRestored(): Promise<void> {
    await this.lock.query('SELECT mcp.adopt_restored_usage()');
  }

  /** The batch that was fixed and is not finished; there is at most one. */
  async findOpen(): Promise<UsageBatch | undefined> {
    const [batch] = await this.lock.query<UsageBatch>(`
      SELECT id, last_tx::text AS "lastTx", last_seq AS "lastSeq", row_count AS "rowCount", checksum FROM mcp.usage_batches`);
    return batch;
  }

  /**
   * Fixes the next batch before any of it is sent, and marks the hours it touches. Returns undefined when no row is
   * settled: rows wait while an earlier transaction may still commit, so that a batch's range can never gain a row.
   */
  async fix(): Promise<{ batch: UsageBatch; content: BatchContent } | undefined> {
    const end = await this.findEnd();
    if (!end) return undefined;
    const content = await this.read(end);
    const batch = await this.lock.transaction(async () => {
      await this.dirtyHours.mark(content.hours);
      const [row] = await this.lock.query<{ id: string }>(
        `INSERT INTO mcp.usage_batches (id, last_tx, last_seq, row_count, checksum)
         VALUES (gen_random_uuid(), $1, $2, $3, $4) RETURNING id`,
        [end.lastTx, end.lastSeq, content.rowCount, content.checksum],
      );
      return { ...end, id: row!.id, rowCount: content.rowCount, checksum: content.checksum };
    });
    return { batch, content };
  }

  /** The same lines for the same range, whenever it is asked. */
  async read({ lastTx, lastSeq }: Pick<UsageBatch, 'lastTx' | 'lastSeq'>): Promise<BatchContent> {
    const [row] = await this.lock.query<{ lines: string | null; rowCount: number; hours: string[] | null }>(
      `SELECT count(*)::int AS "rowCount", string_agg(body, E'\\n' ORDER BY tx, seq) AS lines,
              array_agg(DISTINCT date_trunc('hour', created_at, 'UTC')::text) AS hours
       FROM mcp.undelivered_usage WHERE (tx, seq) <= ($1::xid8, $2)`,
      [lastTx, lastSeq],
    );
    const lines = row!.lines ?? '';
    return { lines, rowCount: row!.rowCount, hours: row!.hours ?? [], checksum: sha256(lines) };
  }

  /** Finishes a delivered batch in one transaction: keeps its rejected rows, counts the others, and moves the position behind them. */
  finish({ id, lastTx, lastSeq, rowCount }: UsageBatch, rejected: RejectedRow[]): Promise<void> {
    return this.lock.transaction(async () => {
      if (rejected.length > 0) await this.keepRejected({ lastTx, lastSeq }, rejected);
      await this.lock.query('SELECT mcp.count_delivered_usage($1::xid8, $2)', [lastTx, lastSeq]);
      await this.lock.query(`UPDATE mcp.usage_positions SET tx = $1::xid8, seq = $2 WHERE name = 'delivered'`, [lastTx, lastSeq]);
      await this.lock.query('UPDATE mcp.usage_totals SET delivered = delivered + $1', [rowCount - rejected.length]);
      await this.forget(id);
    });
  }

  /** Drops the batch but keeps its rows, which come with the next one. */
  async forget(id: string): Promise<void> {
    await this.lock.query('DELETE FROM mcp.usage_batches WHERE id = $1', [id]);
  }

  /** The end of what is settled, as far as a batch goes. */
  private async findEnd(): Promise<{ lastTx: string; lastSeq: string } | undefined> {
    const [end] = await this.lock.query<{ lastTx: string; lastSeq: string }>(
      'SELECT last_tx::text AS "lastTx", last_seq AS "lastSeq" FROM mcp.next_usage_batch($1, $2)',
      [BATCH_ROWS_MAX, BATCH_BYTES_MAX],
    );
    return end;
  }

  private async keepRejected(
    { lastTx, lastSeq }: Pick<UsageBatch, 'lastTx' | 'lastSeq'>,
    rejected: RejectedRow[],
  ): Promise<void> {
    await this.lock.query(
      `INSERT INTO mcp.usage_rejected (tx, seq, created_at, body, error)
       SELECT tx, seq, created_at, body, error
       FROM (SELECT *, row_number() OVER (ORDER BY tx, seq) - 1 AS index
             FROM mcp.undelivered_usage WHERE (tx, seq) <= ($1::xid8, $2)) AS batch
       JOIN unnest($3::int[], $4::text[]) AS rejected (index, error) USING (index)`,
      [lastTx, lastSeq, rejected.map((row) => row.index), rejected.map((row) => row.error)],
    );
  }
}

/** Whether the batch is so large that more is likely to wait. */
export const isLarge = ({ rowCount, lines }: BatchContent): boolean =>
  rowCount >= BATCH_ROWS_MAX / 2 || lines.length >= BATCH_BYTES_MAX / 2;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
