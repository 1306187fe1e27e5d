import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import { hourOf, nextHourOf, type Period } from '../reports/usage-days.js';
import { DeliveryLock } from './delivery-lock.js';

/** Rows arrive some seconds after their call; an hour is recomputed once they have had this long. */
const GRACE_SECONDS = 60;

export interface DirtyHour {
  /** `YYYY-MM-DD HH:00:00`, UTC. */
  hour: string;
  /** Changes whenever the hour is marked again. */
  version: string;
  /** Greater than that of any earlier recomputation. */
  nextVersion: string;
}

/**
 * All SQL of `mcp.usage_dirty_hours`: hours whose rollup may be out of date. An hour is marked before its rows are
 * sent and stays marked until it is recomputed, so reading marked hours from their raw rows is right at every moment.
 */
@Injectable()
export class DirtyHoursRepository {
  constructor(
    private readonly lock: DeliveryLock,
    private readonly postgres: Postgres,
  ) {}

  /** In the transaction that fixes a batch. */
  async mark(hours: string[]): Promise<void> {
    await this.lock.query(
      `INSERT INTO mcp.usage_dirty_hours (hour) SELECT unnest($1::timestamptz[])
       ON CONFLICT (hour) DO UPDATE SET version = nextval('mcp.usage_versions')`,
      [hours],
    );
  }

  /** The oldest marked hour that is over by PostgreSQL's clock. */
  async findClosed(): Promise<DirtyHour | undefined> {
    const [hour] = await this.lock.query<DirtyHour>(
      `WITH closed AS (
         SELECT hour, version FROM mcp.usage_dirty_hours
         WHERE hour + interval '1 hour' + make_interval(secs => $1) <= now() ORDER BY hour LIMIT 1
       )
       SELECT to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS hour, version,
              nextval('mcp.usage_versions') AS "nextVersion" FROM closed`,
      [GRACE_SECONDS],
    );
    return hour;
  }

  /** Unmarks the hour, unless it was marked again meanwhile. */
  async clear({ hour, version }: DirtyHour): Promise<void> {
    await this.lock.query(`DELETE FROM mcp.usage_dirty_hours WHERE hour = $1::timestamp AT TIME ZONE 'UTC' AND version = $2`, [
      hour,
      version,
    ]);
  }

  /** Greater than that of any recomputation so far. */
  async nextVersion(): Promise<string> {
    const [row] = await this.lock.query<{ version: string }>(`SELECT nextval('mcp.usage_versions') AS version`);
    return row!.version;
  }

  /**
   * Hours of a period that must be read from their rows: those marked, and those that are only partly in it; and those that the asker
   * divides. In order.
   */
  async notRolledUp({ from, to }: Period, divided: string[] = []): Promise<string[]> {
    const partly = [from, to].map(hourOf).filter((hour, index) => hour !== nextHourOf([from, to][index]!));
    const marked = await this.findBetween(hourOf(from), to);
    return [...new Set([...marked, ...partly, ...divided])].sort();
  }

  /** Marked hours from `from` (inclusive) to `to` (exclusive), `YYYY-MM-DD HH:00:00`, UTC. */
  async findBetween(from: string, to: string): Promise<string[]> {
    const rows = await this.postgres.query<{ hour: string }>(
      `SELECT to_char(hour AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS hour FROM mcp.usage_dirty_hours
       WHERE hour >= $1::timestamp AT TIME ZONE 'UTC' AND hour < $2::timestamp AT TIME ZONE 'UTC' ORDER BY hour`,
      [from, to],
    );
    return rows.map((row) => row.hour);
  }
}
