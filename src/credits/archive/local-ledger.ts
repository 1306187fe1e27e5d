import { DataSource } from 'typeorm';
import { dataSourceOptions, openDataSource, patient } from '../../database/data-source.js';
import { Postgres } from '../../database/postgres.js';
import { LedgerArchive } from './ledger-archive.js';
import { LedgerArchiveRepository } from './ledger-archive.repository.js';
import { LedgerVerification } from './ledger-verification.js';

/** What an operator does with the ledger as a whole. */
export interface LocalLedger {
  archive: LedgerArchive;
  verification: LedgerVerification;
}

/** Works on the ledger in the database at this URL, for a command on the gateway's own machine. */
export async function onLedgerAt<T>(url: string, work: (ledger: LocalLedger) => Promise<T>): Promise<T> {
  const options = dataSourceOptions(url, []);
  await (await openDataSource(options)).destroy(); // brings tables and functions up to date
  const dataSource = await new DataSource(patient(options)).initialize();
  try {
    const repository = new LedgerArchiveRepository(new Postgres(dataSource));
    return await work({ archive: new LedgerArchive(repository), verification: new LedgerVerification(repository) });
  } finally {
    await dataSource.destroy();
  }
}
