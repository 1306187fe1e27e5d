import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { readCharges } from '../../src/credits/archive/charges-file.js';
import type { Charge } from '../../src/credits/archive/charges-summary.js';
import { LedgerArchive } from '../../src/credits/archive/ledger-archive.js';
import { LedgerArchiveRepository } from '../../src/credits/archive/ledger-archive.repository.js';
import { exportPostgres } from '../../src/backup/postgres-tables.js';
import {
  archiveRig,
  chargeOn,
  FEBRUARY,
  JANUARY,
  type ArchiveRig,
  type LedgerMonths,
} from '../support/databases/ledger-months.js';
import { ledgerOf, waitingForALock, type CreditRig } from '../support/databases/credit-rig.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { eventually } from '../support/eventually.js';

jest.setTimeout(60_000);

describe('The archive of the ledger', () => {
  let database: TestDatabase;
  let archiving: ArchiveRig;
  let rig: CreditRig;
  let accounts: LedgerMonths;
  let folder: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    archiving = await archiveRig(database);
    ({ rig, accounts, folder } = archiving);
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  it('takes months out of PostgreSQL, and all books come to what they came to before', async () => {
    const before = await archiving.books();
    expect(before).toMatchObject({ audit: { differenceCount: 0, totals: { usage: 47 } } });
    expect(before.days.map(({ day }) => day.slice(5))).toEqual(['01-10', '01-11', '02-15', '03-15', '04-15']);
    expect(await archiving.archive()).toMatchObject([
      { month: '2031-01', file: JANUARY, charges: 5n, amount: 21n },
      { month: '2031-02', file: FEBRUARY, charges: 2n, amount: 7n },
    ]);
    expect(await archiving.kept()).toEqual(['2031-03', '2031-04']);
    expect(await archiving.books()).toEqual(before);
    expect(await archiving.problems()).toEqual({ '2031-01': null, '2031-02': null });
    expect(readdirSync(folder).sort()).toEqual([JANUARY, FEBRUARY]);
  });

  it('leaves bookings, and later charges, in an account’s ledger, and says from when on it is all there', async () => {
    await archiving.archive();
    const entries = (await ledgerOf(rig, accounts.busy)).map(({ type, amount }) => [type, amount]);
    expect(entries.filter(([type]) => type === 'usage')).toEqual([-8, -1, -9, -1].map((amount) => ['usage', amount]));
    expect(entries.filter(([type]) => type === 'grant')).toHaveLength(5);
    expect(await rig.audit.archivedBefore(accounts.busy)).toEqual(new Date('2031-03-01T00:00:00Z'));
    expect(await rig.audit.archivedBefore(accounts.early)).toEqual(new Date('2031-02-01T00:00:00Z'));
    expect(await rig.audit.archivedBefore(accounts.late)).toBeNull();
  });

  it('keeps every column to the microsecond', async () => {
    await archiving.tamper(`UPDATE mcp.credit_charges SET called_at = '2031-01-10 10:00:00.123456Z' WHERE amount = 7`);
    const rows = await database.postgres.query<{ id: string; event_id: string }>(
      'SELECT id, event_id FROM mcp.credit_charges_203101 ORDER BY id',
    );
    await archiving.archive();
    const charges: Charge[] = [];
    for await (const piece of readCharges(join(folder, JANUARY))) charges.push(...piece);
    expect(charges.map(({ id, eventId }) => ({ id: `${id}`, event_id: eventId }))).toEqual(rows);
    expect(charges[1]).toMatchObject({
      accountId: BigInt(accounts.early),
      amount: 7n,
      allocation: 7n,
      balanceAfter: 43n,
      calledAt: BigInt(Date.parse('2031-01-10T10:00:00Z')) * 1_000n + 123_456n,
    });
  });

  it('hides nothing that was wrong before', async () => {
    await archiving.tamper('UPDATE mcp.credit_charges SET balance_after = balance_after - 1 WHERE amount IN (3, 6)');
    const before = await archiving.books();
    expect(before.audit.differences).toEqual([{ accountId: accounts.busy, check: 'chain', expected: 0, actual: 4 }]);
    await archiving.archive();
    expect(await archiving.books()).toEqual(before);
  });

  it.each(['2031-04', '2031-05'])(
    'keeps the current month and the one before: archiving before %s is refused',
    async (before) => {
      await expect(archiving.archive(before)).rejects.toThrow('Months before 2031-03 can be archived');
      expect(await archiving.kept()).toHaveLength(4);
    },
  );

  it('keeps thirteen months unless told otherwise', async () => {
    expect(await archiving.archive('2031-02')).toHaveLength(1);
    await rig.postgres.query(`CREATE OR REPLACE FUNCTION mcp.ledger_time() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS $$ SELECT '2032-03-20T12:00:00Z'::timestamptz $$`);
    await new LedgerArchive(archiving.repository()).archive({ folder });
    expect(await archiving.noted()).toEqual(['2031-01']);
    await rig.postgres.query(`CREATE OR REPLACE FUNCTION mcp.ledger_time() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS $$ SELECT '2032-04-01T00:00:00Z'::timestamptz $$`);
    await new LedgerArchive(archiving.repository()).archive({ folder });
    expect(await archiving.noted()).toEqual(['2031-01', '2031-02']);
  });

  describe.each(['close', 'digest', 'eachPiece', 'bookings', 'replace'] as const)('that is killed at "%s"', (step) => {
    class Dying extends LedgerArchiveRepository {
      override close = dying('close', super.close.bind(this));
      override digest = dying('digest', super.digest.bind(this));
      override eachPiece = dying('eachPiece', super.eachPiece.bind(this));
      override bookings = dying('bookings', super.bookings.bind(this));
      override replace = dying('replace', super.replace.bind(this));
    }
    /** Does the step, but for the one that is the last before its end. */
    function dying<A extends unknown[], T>(name: string, work: (...args: A) => Promise<T>) {
      return (...args: A): Promise<T> => (name === step ? Promise.reject(new Error('killed')) : work(...args));
    }

    it('leaves the month in PostgreSQL, and the next one goes on', async () => {
      const before = await archiving.books();
      await expect(archiving.archive('2031-03', new Dying(database.postgres))).rejects.toThrow('killed');
      expect([await archiving.kept(), await archiving.noted()]).toEqual([['2031-01', '2031-02', '2031-03', '2031-04'], []]);
      expect(await archiving.books()).toEqual(before);
      await archiving.archive();
      expect([await archiving.kept(), await archiving.noted()]).toEqual([
        ['2031-03', '2031-04'],
        ['2031-01', '2031-02'],
      ]);
      expect(await archiving.books()).toEqual(before);
      expect(await archiving.problems()).toEqual({ '2031-01': null, '2031-02': null });
    });
  });

  it('begins anew where one was killed in the middle of a file', async () => {
    writeFileSync(join(folder, `${JANUARY}.partial`), 'PAR1 and half of what belongs here'.repeat(1_000));
    await archiving.archive();
    expect(await archiving.problems()).toEqual({ '2031-01': null, '2031-02': null });
  });

  it('notes nothing of a month that it cannot take out, since both are one transaction', async () => {
    await database.postgres.query('CREATE VIEW public.in_the_way AS SELECT * FROM mcp.credit_charges_203102');
    await expect(archiving.archive()).rejects.toThrow('depend on it');
    expect([await archiving.kept(), await archiving.noted()]).toEqual([['2031-02', '2031-03', '2031-04'], ['2031-01']]);
  });

  it('archives nothing when the file does not read as the table', async () => {
    class Losing extends LedgerArchiveRepository {
      override eachPiece: LedgerArchiveRepository['eachPiece'] = (month, take) =>
        super.eachPiece(month, (charges) => take(charges.map((charge) => ({ ...charge, allocation: 0n }))));
    }
    await expect(archiving.archive('2031-03', new Losing(database.postgres))).rejects.toThrow(
      'does not read as what was written',
    );
    expect([await archiving.noted(), readdirSync(folder)]).toEqual([[], []]);
  });

  it('writes over no file that has other charges: it may be of another gateway', async () => {
    writeFileSync(join(folder, JANUARY), 'of another gateway');
    await expect(archiving.archive()).rejects.toThrow('Give another folder');
    expect([await archiving.noted(), readdirSync(folder)]).toEqual([[], [JANUARY]]);
  });

  it('waits for who reads the ledger, and holds up nobody who posts meanwhile', async () => {
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM mcp.credit_ledger');
    const waiting = archiving.archive();
    for (const left of [-1, -2, -3]) {
      await eventually(async () => expect(await waitingForALock(database)).toBe(1));
      await chargeOn(rig, '2031-04-16', [[accounts.busy, -left]]);
      expect((await ledgerOf(rig, accounts.busy)).at(-1)).toMatchObject({ amount: left });
      expect(await archiving.noted()).toEqual([]);
    }
    await reader.query('COMMIT');
    await reader.end();
    expect(await waiting).toHaveLength(2);
    expect(await rig.audit.audit()).toMatchObject({ differenceCount: 0, totals: { usage: 53, unposted: 0 } });
  });

  it('is made by one at a time, and not while a backup is made', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const other = await archiving.repository().lock();
    await expect(archiving.archive()).rejects.toThrow('at work on this database');
    await expect(exportPostgres(client, folder, '')).rejects.toThrow('at work on this data');
    other!.close();
    await eventually(() => archiving.archive());
    await client.end();
  });

  it('takes no charge of a month that it has begun', async () => {
    const session = (await archiving.repository().lock())!;
    await archiving.repository().close(session, '2031-01');
    session.close();
    const late = "INSERT INTO mcp.credit_charges SELECT * FROM mcp.credit_charges WHERE created_at < '2031-02-01'";
    await expect(database.postgres.query(late)).rejects.toThrow('is closed');
  });

  it.each(['ledger_archives', 'archived_charges', 'archived_days'])('leaves notes that nobody can change: %s', async (table) => {
    await archiving.archive();
    await expect(database.postgres.query(`DELETE FROM mcp.${table}`)).rejects.toThrow('append-only');
    await expect(database.postgres.query(`TRUNCATE mcp.${table} CASCADE`)).rejects.toThrow('append-only');
  });
});
