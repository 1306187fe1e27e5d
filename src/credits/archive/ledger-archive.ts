import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { link } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of, toDisk } from '../../common/files/checked-file.js';
import type { Session } from '../../database/session.js';
import { ChargesWriter, readCharges } from './charges-file.js';
import { archivedBefore, fileOf, type ArchivedMonth, type Month } from './charges-month.js';
import { ChargesSummary, type Digest } from './charges-summary.js';
import type { ArchiveNote, LedgerArchiveRepository } from './ledger-archive.repository.js';

export interface ArchiveOrder {
  folder: string;
  /** Months before this one go; undefined: all but the last thirteen. */
  before?: Month | undefined;
  /** Share of the work that is done, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
}

/**
 * Takes months of charges out of PostgreSQL into files (docs/adr/0024-ledger-archive.md). A month is in its table or noted as archived,
 * whenever this ends; then the file is whole and has been read back.
 */
export class LedgerArchive {
  constructor(private readonly repository: LedgerArchiveRepository) {}

  /** @returns The months that were archived, oldest first. @throws Error in one line */
  async archive({ folder, before, onProgress = () => {} }: ArchiveOrder): Promise<ArchivedMonth[]> {
    const session = await this.repository.lock();
    if (!session) throw new Error('Another `tallygate ledger archive` or `tallygate backup` is at work on this database.');
    try {
      const months = await this.monthsBefore(before);
      if (months.length > 0) mkdirSync(folder, { recursive: true, mode: 0o700 });
      const archived: ArchivedMonth[] = [];
      for (const month of months) {
        const progress = (share: number) => onProgress((archived.length + share) / months.length);
        archived.push(await this.archiveMonth(session, { month, folder, progress }));
      }
      return archived;
    } finally {
      await this.repository.unlock(session);
    }
  }

  private async monthsBefore(asked: Month | undefined): Promise<Month[]> {
    const before = archivedBefore(asked, await this.repository.currentMonth());
    return (await this.repository.keptMonths()).filter((month) => month < before);
  }

  private async archiveMonth(session: Session, { month, folder, progress }: MonthOrder): Promise<ArchivedMonth> {
    await this.repository.close(session, month);
    const inTable = await this.repository.digest(month);
    const path = join(folder, fileOf(month));
    const partial = `${path}.${randomUUID()}.partial`; // another gateway may archive into the same folder
    try {
      const onRows = sharesOf(inTable, progress);
      await this.write(month, partial, onRows);
      const note = await this.readBack({ month, path: partial, inTable, onRows });
      await settle(partial, path, note.sha256);
      await this.repository.replace(session, note);
      return note;
    } finally {
      rmSync(partial, { force: true });
    }
  }

  private async write(month: Month, path: string, onRows: (count: number) => void): Promise<void> {
    const file = new ChargesWriter(path);
    await this.repository.eachPiece(month, async (charges) => {
      await file.add(charges);
      onRows(charges.length);
    });
    await file.finish();
  }

  /** What is noted is what the file says, once that is what the table says. */
  private async readBack({ month, path, inTable, onRows }: ReadBack): Promise<ArchiveNote> {
    const { firstId, lastId } = inTable;
    const summary = new ChargesSummary(await this.repository.bookings(firstId, lastId));
    for await (const charges of readCharges(path)) {
      for (const charge of charges) summary.add(charge);
      onRows(charges.length);
    }
    const { runs, days, digest } = summary;
    if (!areSame(digest, inTable))
      throw new Error(`The file of ${month} does not read as what was written; nothing was archived.`);
    const { charges, amount } = digest;
    return { month, file: fileOf(month), sha256: await sha256Of(path), charges, amount, firstId, lastId, runs, days };
  }
}

interface MonthOrder {
  month: Month;
  folder: string;
  progress: (share: number) => void;
}

interface ReadBack {
  month: Month;
  path: string;
  inTable: Digest & { firstId: bigint; lastId: bigint };
  onRows: (count: number) => void;
}

/** Gives the file its name, unless another one has it: it may be all that is left of another gateway's month. */
async function settle(partial: string, path: string, sha256: string): Promise<void> {
  try {
    await link(partial, path); // which a rename would write over
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if ((await sha256Of(path)) !== sha256)
      throw new Error(`${path} is there and has other charges. Give another folder, or move it away if it is of no archive.`);
  }
  await toDisk(join(path, '..'));
}

const areSame = (one: Digest, other: Digest): boolean =>
  one.charges === other.charges && one.amount === other.amount && one.checksum === other.checksum;

/** Each row is written and read. */
function sharesOf({ charges }: Digest, progress: (share: number) => void): (count: number) => void {
  let rows = 0;
  return (count) => progress((rows += count) / (2 * Number(charges)));
}
