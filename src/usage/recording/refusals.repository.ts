import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { RefusalCount, RefusalReason } from '../../telemetry/refusals.js';

/** All SQL of `mcp.refusals_hourly`. */
@Injectable()
export class RefusalsRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Writes what a process has counted since it started. Counts are whole and only grow: what comes again, or late, changes nothing. */
  async keep(process: string, counts: readonly RefusalCount[]): Promise<void> {
    await this.postgres.execute(
      `INSERT INTO mcp.refusals_hourly AS kept (hour, reason, process, refused)
       SELECT to_timestamp(hour / 1000), reason, $4, refused FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS one (hour, reason, refused)
       ON CONFLICT (hour, reason, process) DO UPDATE SET refused = greatest(kept.refused, excluded.refused)`,
      [counts.map(({ hour }) => hour), counts.map(({ reason }) => reason), counts.map(({ refused }) => refused), process],
    );
  }

  /** Of all processes, in the hours that begin from one instant (inclusive) to another, most first. */
  async byReason(from: Date, to: Date): Promise<{ reason: RefusalReason; refused: number }[]> {
    const rows = await this.postgres.query<{ reason: RefusalReason; refused: string }>(
      `SELECT reason, sum(refused) AS refused FROM mcp.refusals_hourly WHERE hour >= $1 AND hour < $2
       GROUP BY reason ORDER BY sum(refused) DESC, reason`,
      [from, to],
    );
    return rows.map(({ reason, refused }) => ({ reason, refused: Number(refused) }));
  }

  /** Forgets hours that are older than so many months. */
  async forgetOld(months: number): Promise<void> {
    await this.postgres.execute(`DELETE FROM mcp.refusals_hourly WHERE hour < now() - $1 * interval '1 month'`, [months]);
  }
}
