import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sha256Of } from '../../common/files/checked-file.js';
import { readCharges } from './charges-file.js';
import type { ArchivedMonth } from './charges-month.js';
import { ChargesSummary, type Run } from './charges-summary.js';
import type { LedgerArchiveRepository } from './ledger-archive.repository.js';

/** A file of the archive, and what is wrong with it. */
export interface VerifiedMonth extends ArchivedMonth {
  /** In words, with what to do; null: it is what was archived, and adds up to what PostgreSQL has noted of each account. */
  problem: string | null;
}

/** Whether the files of the archive are what was archived, and PostgreSQL's sums are those of the files. */
export class LedgerVerification {
  constructor(private readonly repository: LedgerArchiveRepository) {}

  /** Reads every archived month's file, oldest first. */
  async verify(folder: string, onProgress: (share: number) => void = () => {}): Promise<VerifiedMonth[]> {
    const archived = await this.repository.archivedMonths();
    const verified: VerifiedMonth[] = [];
    for (const month of archived) {
      const unreadable = (error: Error) => `It cannot be read: ${error.message}. Bring it back from a copy.`;
      verified.push({ ...month, problem: await this.problemOf(month, folder, archived).catch(unreadable) });
      onProgress(verified.length / archived.length);
    }
    return verified;
  }

  private async problemOf(month: ArchivedMonth, folder: string, all: ArchivedMonth[]): Promise<string | null> {
    const path = join(folder, month.file);
    if (!existsSync(path)) return `It is missing. Bring it back from a copy: ${month.charges} charges are nowhere else.`;
    const sha256 = await sha256Of(path);
    if (sha256 !== month.sha256) return wordsOf(sha256, all);
    return this.differenceOf(month, path);
  }

  /** The file is what was archived; so a difference is one of PostgreSQL's. */
  private async differenceOf(month: ArchivedMonth, path: string): Promise<string | null> {
    const summary = new ChargesSummary(await this.repository.bookings(month.firstId, month.lastId));
    for await (const charges of readCharges(path)) for (const charge of charges) summary.add(charge);
    const accounts = differing(summary.runs, await this.repository.runs(month.month));
    const isSame = isDeepStrictEqual(summary.days, await this.repository.days(month.month));
    const { charges, amount } = summary.digest;
    if (accounts.length === 0 && isSame && charges === month.charges && amount === month.amount) return null;
    const listed = accounts.length > LISTED ? [...accounts.slice(0, LISTED), 'others'] : accounts;
    const which = listed.length > 0 ? ` (accounts: ${listed.join(', ')})` : '';
    return `What PostgreSQL has noted of this month is not what the file adds up to${which}. Somebody changed it: restore a backup.`;
  }
}

const LISTED = 5;

function wordsOf(sha256: string, all: ArchivedMonth[]): string {
  const other = all.find((month) => month.sha256 === sha256);
  if (other) return `It is the file of ${other.month}. Give each its own name back.`;
  return 'It has changed since it was archived (its SHA-256 differs). Bring it back from a copy.';
}

/** Accounts whose runs are not the same on both sides. */
function differing(runs: Run[], noted: Run[]): bigint[] {
  const [ours, theirs] = [byText(runs), byText(noted)];
  const accounts = [...ours, ...theirs].filter(([text]) => !ours.has(text) || !theirs.has(text)).map(([, account]) => account);
  return [...new Set(accounts)].sort((one, other) => Number(one - other));
}

const byText = (runs: Run[]): Map<string, bigint> =>
  new Map(
    runs.map((run) => [
      [run.accountId, run.firstId, run.lastId, run.charges, run.amount, run.allocation, run.balanceAfter].join(),
      run.accountId,
    ]),
  );
