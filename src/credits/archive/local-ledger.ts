import { DataSource } from 'typeorm';
import { dataSourceOptions, patient } from '../../database/data-source.js';
import { Postgres } from '../../database/postgres.js';
import { LedgerArchive } from './ledger-archive.js';
import { LedgerArchiveRepository } from './ledger-archive.repository.js';
import { LedgerVerification } from './ledger-verification.js';

/** What an operator does with the ledger as a whole. */
export interface LocalLedger {
  archive: LedgerArchive;
  verification: LedgerVerification;
}

/**
 * Works on the ledger in the database at this URL, for a command on the gateway's own machine.
 * @throws Error for a database of an older release, which the next start of a gateway brings up to date: gateways of that may be running
 */
export async function onLedgerAt<T>(url: string, work: (ledger: LocalLedger) => Promise<T>): Promise<T> {
  const options = dataSourceOptions(url, []);
  const dataSource = await new DataSource(patient(options)).initialize();
  try {
    if (await dataSource.showMigrations())
      throw new Error('This database is of an older Tallygate. Start the gateway of this version once, and try again.');
    const repository = new LedgerArchiveRepository(new Postgres(dataSource));
    return await work({ archive: new LedgerArchive(repository), verification: new LedgerVerification(repository) });
  } finally {
    await dataSource.destroy();
  }
}
