import { expect } from '@jest/globals';
import { LedgerArchive } from '../../../src/credits/archive/ledger-archive.js';
import { LedgerArchiveRepository } from '../../../src/credits/archive/ledger-archive.repository.js';
import { LedgerVerification } from '../../../src/credits/archive/ledger-verification.js';
import { CallCharge } from '../../../src/credits/leases/call-charge.js';
import { eventually } from '../eventually.js';
import { temporaryFolder } from '../temporary-folder.js';
import { begun, creditRig, openAccount, setLedgerTime, type CreditRig } from './credit-rig.js';
import type { TestDatabase } from './test-database.js';
import { anEvent } from './usage-rig.js';

export const JANUARY = 'credit_charges_203101.parquet';
export const FEBRUARY = 'credit_charges_203102.parquet';

/** A ledger in which it is April 2031, with charges of every month since January. */
export interface LedgerMonths {
  /** With charges in all months, and bookings between them. */
  busy: number;
  /** With charges in January alone. */
  early: number;
  /** Opened in April. */
  late: number;
}

export async function ledgerMonths(rig: CreditRig): Promise<LedgerMonths> {
  await dropMonths(rig);
  await setLedgerTime(rig, '2031-01-10T12:00:00Z');
  const [busy, early] = [await openAccount(rig, 'pro'), await openAccount(rig)];
  await chargeOn(rig, '2031-01-10', [[busy, 5], [early, 7], [busy, 3]]); // prettier-ignore
  await grant(rig, busy, 40);
  await grant(rig, busy, -40);
  await chargeOn(rig, '2031-01-11', [[early, 2], [busy, 4]]); // prettier-ignore
  for (const [month, price] of [
    ['02', 6],
    ['03', 8],
    ['04', 9],
  ] as const) {
    await setLedgerTime(rig, `2031-${month}-15T12:00:00Z`);
    await grant(rig, busy, 10);
    await chargeOn(rig, `2031-${month}-15`, [[busy, price], [busy, 1]]); // prettier-ignore
  }
  return { busy, early, late: await openAccount(rig) };
}

/** Calls that are admitted on a day, and posted in this order now. */
export async function chargeOn(rig: CreditRig, day: string, calls: [account: number, price: number][]): Promise<void> {
  for (const [account, price] of calls) {
    const leased = new CallCharge(rig.leases, await begun(rig, account, price), price);
    await rig.recorder.record(anEvent({ created_at: new Date(`${day}T10:00:00.123Z`) }), { charge: leased });
    leased.recorded();
  }
  await eventually(async () => {
    await rig.posting.post(); // what others in the cluster have begun goes first
    expect(await rig.postgres.query('SELECT * FROM mcp.unposted_charges')).toEqual([]);
  });
}

const grant = (rig: CreditRig, accountId: number, amount: number) =>
  rig.ledger.grant({ accountId, amount, reason: 'test', by: 'test' });

/** Of the day on which the database was made. */
const dropMonths = ({ postgres }: CreditRig) =>
  postgres.query(`DO $$ DECLARE part text; BEGIN
    FOR part IN SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'mcp.credit_charges'::regclass
    LOOP EXECUTE 'DROP TABLE ' || part; END LOOP; END $$`);

/** An archive of these months, and what its tests ask. */
export async function archiveRig(database: TestDatabase) {
  const rig = creditRig(database.postgres);
  const accounts = await ledgerMonths(rig);
  const folder = temporaryFolder('archive');
  const repository = () => new LedgerArchiveRepository(database.postgres);
  const archive = (before: string | undefined = '2031-03', by = repository()) =>
    new LedgerArchive(by).archive({ folder, before });
  const problems = async () => {
    const months = await new LedgerVerification(repository()).verify(folder);
    return Object.fromEntries(months.map(({ month, problem }) => [month, problem]));
  };
  const books = async ({ audit }: Pick<CreditRig, 'audit'> = rig) => ({
    audit: await audit.audit(),
    moved: await audit.moved(),
    days: await audit.chargedByDay(new Date('2031-01-01'), new Date('2031-05-01')),
  });
  const kept = async () => {
    const months = await repository().keptMonths();
    return months.filter((month) => month.startsWith('2031'));
  };
  const noted = async () => (await repository().archivedMonths()).map(({ month }) => month);
  /** As somebody with all rights could, past every trigger. */
  const tamper = (sql: string) =>
    database.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL session_replication_role = replica');
      await manager.query(sql);
    });
  return { rig, accounts, folder, repository, archive, problems, books, kept, noted, tamper };
}

export type ArchiveRig = Awaited<ReturnType<typeof archiveRig>>;
