/** Most rejected lines in a report; the total counts all of them. */
const REJECTED_SHOWN_MAX = 100;

export interface RejectedLine {
  line: number;
  reason: string;
}

/** The result of an import. */
export interface ImportReport {
  dataset: string;
  /**
   * `imported`: the accepted rows are visible. `unchanged`: the dataset shows this file already. `rejected`: nothing
   * was imported, because of the rejected lines.
   */
  status: 'imported' | 'unchanged' | 'rejected';
  /** Records in the file. */
  rows: number;
  accepted: number;
  /** Accepted records replaced by a later one in the file with the same key. */
  duplicates: number;
  rejected_total: number;
  /** The first of the rejected lines. */
  rejected: RejectedLine[];
  /** Columns of the file that were not used. */
  ignored_columns: string[];
}

/** Counts while records come in. */
export class ImportTally {
  rows = 0;
  accepted = 0;
  rejectedTotal = 0;
  private readonly rejected: RejectedLine[] = [];

  accept(): void {
    this.rows += 1;
    this.accepted += 1;
  }

  reject(line: number, reason: string): void {
    this.rows += 1;
    this.rejectedTotal += 1;
    if (this.rejected.length < REJECTED_SHOWN_MAX) this.rejected.push({ line, reason });
  }

  report(dataset: string, status: ImportReport['status'], duplicates: number, ignoredColumns: string[]): ImportReport {
    const { rows, accepted, rejectedTotal: rejected_total, rejected } = this;
    return { dataset, status, rows, accepted, duplicates, rejected_total, rejected, ignored_columns: ignoredColumns };
  }
}
