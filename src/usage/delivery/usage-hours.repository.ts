import { Injectable } from '@nestjs/common';
import { isLockTimeout, WAIT_BRIEFLY } from '../../database/sessions/table-lock.js';
import { DeliveryLock } from './delivery-lock.js';

/** Calls of an hour: how many, their credits, and a hash of their ids that knows no order (migration 0024). */
export interface HourCounts {
  /** `YYYY-MM-DD HH:00:00`, UTC. */
  hour: string;
  calls: number;
  credits: number;
  idSum: number;
}

/** What ClickHouse was given, and how far it is known to differ. */
export interface GivenHour extends HourCounts {
  lost: number;
  surplus: number;
}

/** A row of the outbox, and its place there. */
export interface OutboxRow {
  tx: string;
  seq: string;
  body: string;
}

/** Before the first row. */
export const FIRST_PLACE = { tx: '0', seq: '0' };

const HOUR = `'YYYY-MM-DD HH24:MI:SS'`;

/** All SQL of `mcp.usage_hours`, and of the hours of the outbox that are over. Everything here requires the deliverer's lock. */
@Injectable()
export class UsageHoursRepository {
  constructor(private readonly lock: DeliveryLock) {}

  /**
   * The hours of which the outbox still has calls, in order, as far as all of them were counted and ClickHouse keeps them for so many
   * months: what it was given.
   */
  async given(keepMonths: number): Promise<GivenHour[]> {
    const rows = await this.lock.query<Record<keyof GivenHour, string>>(
      `SELECT to_char(hour AT TIME ZONE 'UTC', ${HOUR}) AS hour, calls, credits, id_sum AS "idSum", lost, surplus FROM mcp.usage_hours
       WHERE hour >= (SELECT verified_since FROM mcp.usage_totals) AND hour >= now() - make_interval(months => $1)
         AND last_appended_at >= (
           SELECT to_timestamp(right(min(c.relname), 10) || '+00', 'YYYYMMDDHH24TZH')
           FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'mcp.usage_outbox'::regclass
         ) ORDER BY 1`,
      [keepMonths],
    );
    return rows.map(({ hour, ...numbers }) => {
      const values = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)]));
      return { hour, ...(values as unknown as Omit<GivenHour, 'hour'>) };
    });
  }

  /** At most so many of the calls of an hour that ClickHouse must have, behind a place. */
  delivered(hour: string, after: Pick<OutboxRow, 'tx' | 'seq'>, most: number): Promise<OutboxRow[]> {
    return this.lock.query<OutboxRow>(
      `SELECT tx::text, seq::text, body FROM mcp.delivered_calls($1::timestamp AT TIME ZONE 'UTC', $2::xid8, $3, $4)`,
      [hour, after.tx, after.seq, most],
    );
  }

  /** Notes what was found: calls sent again, calls that are lost for good, and more calls than were given. */
  async note(hour: string, { healed, lost, surplus }: { healed: number; lost: number; surplus: number }): Promise<void> {
    await this.lock.query(
      `UPDATE mcp.usage_hours SET healed = healed + $2, lost = $3, surplus = $4 WHERE hour = $1::timestamp AT TIME ZONE 'UTC'`,
      [hour, healed, lost, surplus],
    );
  }

  /** ClickHouse was asked for all hours, and has what could be sent again. */
  async noteVerified(): Promise<void> {
    await this.lock.query('UPDATE mcp.usage_totals SET verified_at = now()');
  }

  /**
   * Drops the tables of the outbox that are over since so many hours. Who appends waits for 200 ms at most: where the outbox is being
   * read, e.g. by a backup, a later turn drops them. @returns Which.
   */
  async dropFinished(keepHours: number): Promise<string[]> {
    const rows = await this.lock.query<{ part: string }>(
      `SELECT part FROM mcp.finished_outbox_hours(now() - make_interval(hours => $1))`,
      [keepHours],
    );
    const dropped: string[] = [];
    for (const { part } of rows) {
      if (!(await this.drop(part))) break;
      dropped.push(part);
    }
    return dropped;
  }

  /** Whether it could be had. */
  private async drop(part: string): Promise<boolean> {
    try {
      await this.lock.transaction(async () => {
        await this.lock.query(WAIT_BRIEFLY);
        await this.lock.query(`DROP TABLE mcp.${part}`);
      });
      return true;
    } catch (error) {
      if (isLockTimeout(error)) return false;
      throw error;
    }
  }
}
