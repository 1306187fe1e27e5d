import { Injectable } from '@nestjs/common';
import { Postgres } from '../../database/postgres.js';
import type { CheckCount } from './check-counts.js';
import { CHECK_STATES, type CheckState } from './half-hours.js';

/** What all processes have counted of a server's checks in a half hour. */
export interface CheckedHalfHour {
  serverId: string;
  from: Date;
  checks: number;
  failed: number;
  /** The mean of those that were answered; null where none was. */
  latencyMs: number | null;
  state: CheckState;
}

/** The last check that failed. */
export interface FailedCheck {
  at: Date;
  error: string;
  words: string | null;
}

/** The server's row first, as its removal does: nobody waits for the other, and what is of a removed one is left out. */
const WRITE = `
  WITH alive AS MATERIALIZED (SELECT id FROM mcp.servers WHERE id = ANY ($2::uuid[]) ORDER BY id FOR KEY SHARE)
  INSERT INTO mcp.server_checks AS known
    (server_id, half_hour, process, checks, failed, latency_ms, state, failed_at, error, words)
  SELECT id, "halfHour", $1, checks, failed, "latencyMs", state, "failedAt", error, words
  FROM json_to_recordset($3::json) AS counted ("serverId" uuid, "halfHour" timestamptz, checks integer, failed integer,
    "latencyMs" double precision, state text, "failedAt" timestamptz, error text, words text)
  JOIN alive ON id = "serverId"
  ON CONFLICT (server_id, half_hour, process) DO UPDATE SET checks = excluded.checks, failed = excluded.failed,
    latency_ms = excluded.latency_ms, state = excluded.state, failed_at = excluded.failed_at, error = excluded.error,
    words = excluded.words
  WHERE excluded.checks > known.checks`;

const READ = `
  SELECT server_id AS "serverId", half_hour AS "from", sum(checks)::int AS checks, sum(failed)::int AS failed,
    sum(latency_ms) / nullif(sum(checks - failed), 0) AS "latencyMs",
    ($3::text[])[max(array_position($3::text[], state))] AS state
  FROM mcp.server_checks WHERE server_id = ANY ($1::uuid[]) AND half_hour >= $2
  GROUP BY server_id, half_hour`;

/** The SQL of `mcp.server_checks`. */
@Injectable()
export class ServerChecksRepository {
  constructor(private readonly postgres: Postgres) {}

  /** As they stand: writing them again changes nothing, nor does one that was overtaken. */
  async write(process: string, counts: readonly CheckCount[]): Promise<void> {
    const rows = counts.map(({ halfHour, failure, ...count }) => ({
      ...count,
      halfHour: new Date(halfHour),
      ...(failure && { failedAt: new Date(failure.at), error: failure.error, words: failure.words }),
    }));
    const servers = [...new Set(counts.map(({ serverId }) => serverId))];
    await this.postgres.query(WRITE, [process, servers, JSON.stringify(rows)]);
  }

  /** Half hours of these servers, from one on, in which they were checked. */
  halfHours(serverIds: readonly string[], from: Date): Promise<CheckedHalfHour[]> {
    return this.postgres.query<CheckedHalfHour>(READ, [serverIds, from, CHECK_STATES]);
  }

  /** Undefined where no check has failed from then on. */
  async lastFailed(serverId: string, from: Date): Promise<FailedCheck | undefined> {
    const [found] = await this.postgres.query<FailedCheck>(
      `SELECT failed_at AS at, error, words FROM mcp.server_checks
       WHERE server_id = $1 AND half_hour >= $2 AND failed_at IS NOT NULL ORDER BY failed_at DESC LIMIT 1`,
      [serverId, from],
    );
    return found;
  }

  /** Deletes at most so many of those of before. Returns how many it were. */
  deleteBefore(time: Date, most: number): Promise<number> {
    return this.postgres.execute(
      `DELETE FROM mcp.server_checks WHERE (server_id, half_hour, process) IN (
         SELECT server_id, half_hour, process FROM mcp.server_checks WHERE half_hour < $1 LIMIT $2)`,
      [time, most],
    );
  }
}
