import { Injectable } from '@nestjs/common';
import { setImmediate } from 'node:timers/promises';
import { TallygateError } from '../../common/tallygate-error.js';
import type { Row } from '../datasets/dataset.js';
import { Rejection } from './import-cell.js';
import { ImportTally } from './import-report.js';
import { IMPORT_ROWS_MAX, rowVersion } from './row-version.js';
import type { RowReader } from './row-reader.js';
import type { FileRecord, SourceFile } from './files/source-file.js';
import { StagingRepository, type Staging } from './staging.repository.js';

/** Bounds of one INSERT, and so of an import's memory, whatever the file's size. */
const BATCH_ROWS_MAX = 20_000;
const BATCH_CHARACTERS_MAX = 8 * 1024 * 1024;

/** Rows read before waiting calls get a turn, so that a running gateway serves while it imports. */
const TURN_ROWS = 1_000;

export interface LoadOptions {
  /** Number of the import; see `rowVersion`. */
  version: number;
  /** Leave out rejected lines instead of rejecting the file. */
  skipRejected: boolean;
  onProgress: (share: number) => void;
}

/** Reads a file record by record into a staging table, in batches. */
@Injectable()
export class StagingLoader {
  constructor(private readonly staging: StagingRepository) {}

  /**
   * Once a line of an all-or-nothing file is rejected, the rest is only checked, so that all invalid lines are
   * reported at once.
   */
  async load(target: Staging, file: SourceFile, reader: RowReader, options: LoadOptions): Promise<ImportTally> {
    const tally = new ImportTally();
    const batch = new Batch(target);
    for await (const record of file.records(reader.fileColumns)) {
      if (tally.rows >= IMPORT_ROWS_MAX)
        throw new TallygateError('INVALID_INPUT', `The file has more than ${IMPORT_ROWS_MAX} rows.`);
      const row = rowOf(record, reader);
      if (row instanceof Rejection) tally.reject(record.line, row.reason);
      else {
        tally.accept();
        if (options.skipRejected || tally.rejectedTotal === 0) batch.add(row, rowVersion(options.version, record.line));
      }
      if (tally.rows % TURN_ROWS === 0) await setImmediate();
      if (batch.isFull) await this.flush(target, batch, () => options.onProgress(file.share()));
    }
    await this.flush(target, batch, () => options.onProgress(1));
    return tally;
  }

  private async flush(target: Staging, batch: Batch, report: () => void): Promise<void> {
    if (batch.rows > 0) await this.staging.insert(target, batch.take());
    report();
  }
}

function rowOf({ cells, problem }: FileRecord, reader: RowReader): Row | Rejection {
  return problem === undefined ? reader.read(cells) : new Rejection(problem);
}

/** Rows collected for one INSERT. */
class Batch {
  private readonly columns: string[];
  private lines: string[] = [];
  private characters = 0;

  constructor({ dataset }: Staging) {
    this.columns = dataset.columns.map(({ name }) => name);
  }

  get rows(): number {
    return this.lines.length;
  }

  get isFull(): boolean {
    return this.rows >= BATCH_ROWS_MAX || this.characters >= BATCH_CHARACTERS_MAX;
  }

  add(row: Row, version: number): void {
    const line = JSON.stringify([...this.columns.map((name) => row[name]), version]);
    this.lines.push(line);
    this.characters += line.length;
  }

  take(): string {
    const text = this.lines.join('\n');
    this.lines = [];
    this.characters = 0;
    return text;
  }
}
