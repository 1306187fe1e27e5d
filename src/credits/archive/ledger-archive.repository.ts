import { setTimeout as pause } from 'node:timers/promises';
import type { Postgres } from '../../database/postgres.js';
import type { Session } from '../../database/session.js';
import { array, type Sql, type Transaction } from '../../database/sql.js';
import { LOCK } from '../../database/advisory-lock.js';
import { isLockTimeout, WAIT_BRIEFLY } from '../../database/sessions/table-lock.js';
import { firstDayOf, monthOf, tableOf, type ArchivedMonth, type Month } from './charges-month.js';
import type { Bookings, Charge, DayOfCharges, Digest, Run } from './charges-summary.js';

const ROWS_AT_ONCE = 20_000;
const RUNS_AT_ONCE = 10_000;
const LOCK_PAUSE_MS = 1_000;
/** A check of all books reads the ledger for up to a minute a statement. */
const LOCK_PATIENCE_MS = 300_000;

/** What an archive leaves in PostgreSQL. */
export interface ArchiveNote extends ArchivedMonth {
  runs: readonly Run[];
  days: readonly DayOfCharges[];
}

/** SQL of who takes charges out of the ledger. What is written goes through the session that holds the lock. */
export class LedgerArchiveRepository {
  constructor(private readonly postgres: Postgres) {}

  /** Undefined while somebody else archives, or backs up. */
  lock(): Promise<Session | undefined> {
    return this.postgres.hold(LOCK.ledgerArchive, 'ledger archive');
  }

  /** At once, so that the next one need not try twice. */
  async unlock(session: Session): Promise<void> {
    await session.query('SELECT pg_advisory_unlock($1)', [LOCK.ledgerArchive]).catch(() => undefined); // it ends with the session
    session.close();
  }

  /** The month of what is posted now. */
  async currentMonth(): Promise<Month> {
    const [row] = await this.postgres.query<{ month: Month }>(
      `SELECT to_char(mcp.ledger_time() AT TIME ZONE 'UTC', 'YYYY-MM') AS month`,
    );
    return row!.month;
  }

  /** Months whose charges are in PostgreSQL, oldest first. */
  async keptMonths(): Promise<Month[]> {
    const rows = await this.postgres.query<{ part: string }>(
      `SELECT c.relname AS part FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'mcp.credit_charges'::regclass ORDER BY 1`,
    );
    return rows.map(({ part }) => monthOf(part));
  }

  async archivedMonths(): Promise<ArchivedMonth[]> {
    const rows = await this.postgres.query<Record<keyof ArchivedMonth, string>>(
      `SELECT to_char(month, 'YYYY-MM') AS month, file, sha256, charges, amount, first_id AS "firstId", last_id AS "lastId"
       FROM mcp.ledger_archives ORDER BY ledger_archives.month`,
    );
    return rows.map(({ month, file, sha256, ...counts }) => ({ month, file, sha256, ...wholes(counts) }));
  }

  /** From now on no row can appear in the month's table, and none is on its way into it. */
  async close(session: Session, month: Month): Promise<void> {
    await withoutWaiting(session, (tx) =>
      tx.execute(
        `CREATE OR REPLACE TRIGGER month_is_closed BEFORE INSERT ON mcp.${tableOf(month)}
         FOR EACH ROW EXECUTE FUNCTION mcp.refuse_late_charge()`,
      ),
    );
  }

  /** What the month's table holds; reads all of it. `ChargesSummary` has the same of rows that it is told. */
  async digest(month: Month): Promise<Digest & { firstId: bigint; lastId: bigint }> {
    const [row] = await this.postgres.query<Record<'charges' | 'amount' | 'checksum' | 'firstId' | 'lastId', string>>(
      `SELECT count(*) AS charges, coalesce(sum(amount), 0) AS amount, coalesce(min(id), 0) AS "firstId",
         coalesce(max(id), 0) AS "lastId", coalesce(sum(('x' || left(encode(sha256(convert_to(concat_ws(',', id, account_id, event_id,
           amount, allocation_amount, balance_after, ${micros('called_at')}, ${micros('created_at')}), 'UTF8')), 'hex'), 16)
         )::bit(64)::bigint), 0) AS checksum
       FROM mcp.${tableOf(month)}`,
    );
    return wholes(row!);
  }

  /** Hands out the month's charges in order of their ids, piece by piece. */
  eachPiece(month: Month, take: (charges: Charge[]) => Promise<void>): Promise<void> {
    return this.postgres.transaction(async (tx) => {
      await tx.execute(`DECLARE charges NO SCROLL CURSOR FOR ${CHARGES} FROM mcp.${tableOf(month)} ORDER BY id`);
      for (;;) {
        const rows = await tx.query<ChargeRow>(`FETCH ${ROWS_AT_ONCE} FROM charges`);
        if (rows.length === 0) return;
        await take(rows.map(({ eventId, ...numbers }) => ({ eventId, ...wholes(numbers) })));
      }
    });
  }

  /** Of accounts, between two ids of the ledger. */
  async bookings(firstId: bigint, lastId: bigint): Promise<Bookings> {
    const rows = await this.postgres.query<{ account: string; ids: string[] }>(
      `SELECT user_account_id AS account, array_agg(id::text ORDER BY id) AS ids FROM mcp.user_credit_transactions
       WHERE id > $1 AND id < $2 GROUP BY 1`,
      [`${firstId}`, `${lastId}`],
    );
    return new Map(rows.map(({ account, ids }) => [BigInt(account), ids.map(BigInt)]));
  }

  /** The runs that an archive has noted, as `ChargesSummary` makes them. */
  async runs(month: Month): Promise<Run[]> {
    const rows = await this.postgres.query<Record<keyof Run, string>>(
      `SELECT account_id AS "accountId", first_id AS "firstId", last_id AS "lastId", charges, amount, allocation_amount AS allocation,
         balance_after AS "balanceAfter" FROM mcp.archived_charges WHERE month = $1 ORDER BY first_id`,
      [firstDayOf(month)],
    );
    return rows.map(wholes);
  }

  /** The days that an archive has noted, in order. */
  async days(month: Month): Promise<DayOfCharges[]> {
    const rows = await this.postgres.query<Record<keyof DayOfCharges, string>>(
      `SELECT to_char(day, 'YYYY-MM-DD') AS day, charges, amount FROM mcp.archived_days WHERE month = $1 ORDER BY archived_days.day`,
      [firstDayOf(month)],
    );
    return rows.map(({ day, ...counts }) => ({ day, ...wholes(counts) }));
  }

  /**
   * Takes the month out of the ledger: what is noted stands for its table from then on. Posting waits while the notes are written, some
   * 10 µs for each account, and for readers of the whole ledger nobody waits: they are looked for first.
   */
  async replace(session: Session, note: ArchiveNote): Promise<void> {
    await withoutWaiting(session, (tx) => tx.execute('LOCK TABLE mcp.credit_charges IN ACCESS EXCLUSIVE MODE'));
    await withoutWaiting(session, async (tx) => {
      await insertNote(tx, note);
      await tx.execute(`DROP TABLE mcp.${tableOf(note.month)}`);
    });
  }
}

type ChargeRow = Record<keyof Charge, string>;

const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`;

const wholes = <Name extends string>(row: Record<Name, string>): Record<Name, bigint> =>
  Object.fromEntries(Object.entries<string>(row).map(([name, value]) => [name, BigInt(value)])) as Record<Name, bigint>;

const CHARGES = `SELECT id, account_id AS "accountId", event_id AS "eventId", amount, allocation_amount AS allocation,
  balance_after AS "balanceAfter", ${micros('called_at')} AS "calledAt", ${micros('created_at')} AS "createdAt"`;

/** In a transaction that is given up when a lock is not free, and tried again, so that nobody waits behind it. */
async function withoutWaiting(session: Session, work: (tx: Transaction) => Promise<unknown>): Promise<void> {
  const until = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      await session.transaction(async (tx) => {
        await tx.execute(WAIT_BRIEFLY);
        await work(tx);
      });
      return;
    } catch (error) {
      if (!isLockTimeout(error) || performance.now() > until) throw error;
      await pause(LOCK_PAUSE_MS);
    }
  }
}

async function insertNote(
  tx: Sql,
  { month, file, sha256, charges, amount, firstId, lastId, runs, days }: ArchiveNote,
): Promise<void> {
  const day = firstDayOf(month);
  await tx.execute(
    `INSERT INTO mcp.ledger_archives (month, file, sha256, charges, amount, first_id, last_id, archived_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, mcp.ledger_time())`,
    [day, file, sha256, ...[charges, amount, firstId, lastId].map(String)],
  );
  for (let at = 0; at < runs.length; at += RUNS_AT_ONCE) await insertRuns(tx, day, runs.slice(at, at + RUNS_AT_ONCE));
  await tx.execute(
    'INSERT INTO mcp.archived_days (month, day, charges, amount) SELECT $1, * FROM unnest($2::date[], $3::bigint[], $4::bigint[])',
    [
      day,
      array([...days], (one) => one.day),
      array([...days], (one) => `${one.charges}`),
      array([...days], (one) => `${one.amount}`),
    ],
  );
}

async function insertRuns(tx: Sql, day: string, runs: readonly Run[]): Promise<void> {
  const columns = (['accountId', 'firstId', 'lastId', 'charges', 'amount', 'allocation', 'balanceAfter'] as const).map((name) =>
    array([...runs], (run) => `${run[name]}`),
  );
  await tx.execute(
    `INSERT INTO mcp.archived_charges (month, account_id, first_id, last_id, charges, amount, allocation_amount, balance_after)
     SELECT $1, * FROM unnest(${columns.map((_, index) => `$${index + 2}::bigint[]`).join(', ')})`,
    [day, ...columns],
  );
}
