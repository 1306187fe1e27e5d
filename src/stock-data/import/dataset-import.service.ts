import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { loggerFor } from '../../common/log-contexts.js';
import { Postgres } from '../../database/postgres.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { LOCK } from '../../database/advisory-lock.js';
import { IMPORTS_LISTED_MAX } from '../bounds.js';
import { DataVersions } from '../datasets/data-versions.service.js';
import type { Dataset } from '../datasets/dataset.js';
import { DATASETS, datasetNamed, datasetNames } from '../datasets/datasets.js';
import { ImportLogRepository, type PastImport } from './import-log.repository.js';
import { ImportTally, type ImportReport } from './import-report.js';
import { rowReader, type ColumnMapping, type RowReader } from './row-reader.js';
import { versionOfRows } from './row-version.js';
import type { ImportInput, SourceFile } from './files/source-file.js';
import { StagingLoader } from './staging-loader.service.js';
import { StagingRepository, type Staging } from './staging.repository.js';

/** SQLSTATE query_canceled: the wait for the lock took longer than PostgreSQL's statement timeout. */
const WAITED_TOO_LONG = '57014';

export interface ImportOptions extends ColumnMapping {
  /** Import the valid lines of a file that has invalid ones. */
  skipRejected?: boolean;
  /** Called from time to time with the share of the file that has been read, 0 to 1. */
  onProgress?: (share: number) => void;
}

interface Loading {
  version: number;
  fingerprint: string;
  source: string;
  file: SourceFile;
  reader: RowReader;
  options: ImportOptions;
}

/**
 * Imports files into datasets: a file becomes visible as a whole or not at all, even if the process is killed.
 *
 * Rows go to a staging table, the log records what is about to happen, one statement makes the rows visible, and the
 * log records that it did. Interrupted imports are settled before the next import of the dataset and at the next
 * start.
 */
@Injectable()
export class DatasetImportService {
  private readonly logger = loggerFor('Stock data');

  constructor(
    private readonly postgres: Postgres,
    private readonly log: ImportLogRepository,
    private readonly staging: StagingRepository,
    private readonly loader: StagingLoader,
    private readonly versions: DataVersions,
  ) {}

  /**
   * Imports of one dataset run one after the other, across processes.
   * @throws NOT_FOUND for an unknown dataset, INVALID_INPUT for a file that cannot be read, CONFLICT when another
   * import of the dataset takes too long
   */
  async import(datasetName: string, input: ImportInput, options: ImportOptions = {}): Promise<ImportReport> {
    const dataset = knownDataset(datasetName);
    const fingerprint = fingerprintOf(dataset, await input.fingerprint(), options);
    const report = await this.exclusively(dataset, async () => {
      await this.settle(dataset);
      return (await this.isShowing(dataset, fingerprint)) ? unchanged(dataset) : this.load(dataset, input, fingerprint, options);
    });
    if (report.status === 'imported') await this.versions.refresh();
    return report;
  }

  /** The last imports, newest first. */
  latest(): Promise<PastImport[]> {
    return this.log.latest(IMPORTS_LISTED_MAX);
  }

  /** Cleans up after interrupted imports. It waits for running ones, so callers should not wait for it. */
  async recover(): Promise<void> {
    const unfinished = await this.log.unfinished();
    for (const dataset of DATASETS) {
      const hasLeftovers = (await this.staging.leftovers(dataset)).length > 0;
      if (hasLeftovers || unfinished.includes(dataset.table)) await this.exclusively(dataset, () => this.settle(dataset));
    }
  }

  private async load(dataset: Dataset, input: ImportInput, fingerprint: string, options: ImportOptions): Promise<ImportReport> {
    const file = await input.open();
    try {
      const reader = rowReader(dataset, file.columns, options);
      return await this.stage(dataset, (staging, version) =>
        this.loadStaged(staging, { version, fingerprint, source: input.name, file, reader, options }),
      );
    } finally {
      await file.close();
    }
  }

  private async stage<T>(dataset: Dataset, work: (staging: Staging, version: number) => Promise<T>): Promise<T> {
    const version = ((await this.log.last(dataset))?.version ?? 0) + 1;
    const staging = await this.staging.create(dataset, version);
    try {
      return await work(staging, version);
    } finally {
      await this.staging.drop(staging);
    }
  }

  private async loadStaged(staging: Staging, { file, reader, options, ...entry }: Loading): Promise<ImportReport> {
    const { table } = staging.dataset;
    const { skipRejected = false, onProgress = () => {} } = options;
    const tally = await this.loader.load(staging, file, reader, { version: entry.version, skipRejected, onProgress });
    if (tally.rows === 0) throw new TallygateError('INVALID_INPUT', 'The file has no rows.');
    if (tally.accepted === 0 || (tally.rejectedTotal > 0 && !skipRejected)) {
      return tally.report(table, 'rejected', 0, reader.ignoredColumns);
    }
    const rows = await this.publish(staging, { ...entry, rejected: tally.rejectedTotal });
    return tally.report(table, 'imported', tally.accepted - rows, reader.ignoredColumns);
  }

  private async publish(staging: Staging, entry: { version: number; fingerprint: string; source: string; rejected: number }) {
    const rows = await this.staging.countRows(staging);
    const noted = { ...entry, dataset: staging.dataset.table, rows };
    await this.log.begin(noted);
    await this.staging.publish(staging);
    await this.log.finish(noted);
    return rows;
  }

  /**
   * Whether every row that an earlier import of the same file brought is still visible, so that importing it again
   * would change nothing.
   */
  private async isShowing(dataset: Dataset, fingerprint: string): Promise<boolean> {
    const earlier = await this.log.find(dataset, fingerprint);
    return earlier !== undefined && (await this.log.visibleRows(dataset, earlier.version)) === earlier.rows;
  }

  /**
   * Under the dataset's lock no import is running, so whatever is unfinished was interrupted: rows that all became
   * visible stay, others are removed.
   */
  private async settle(dataset: Dataset): Promise<void> {
    for (const table of await this.staging.leftovers(dataset)) await this.staging.drop({ table });
    const last = await this.log.last(dataset);
    if (!last || last.is_done) return;
    const visible = await this.log.visibleRows(dataset, last.version);
    this.logger.warn(
      `An import of ${last.source} into ${dataset.table} was interrupted; ${visible} of ${last.rows} rows were visible`,
    );
    if (visible < last.rows) await this.staging.withdraw(dataset, versionOfRows(last.version));
    // An import that left nothing is recorded as such, so that its file does not count as imported.
    await this.log.finish(visible < last.rows ? { ...last, rows: 0, fingerprint: '' } : last);
    await this.versions.refresh();
  }

  private async exclusively<T>(dataset: Dataset, work: () => Promise<T>): Promise<T> {
    try {
      return await this.postgres.withLock(LOCK.datasetImports + crc32(dataset.table), work);
    } catch (error) {
      if ((error as { code?: string }).code !== WAITED_TOO_LONG) throw error;
      throw new TallygateError('CONFLICT', `Another import of ${dataset.table} is running. Try again when it is done.`, {
        cause: error,
      });
    }
  }
}

function knownDataset(name: string): Dataset {
  const dataset = datasetNamed(name);
  if (!dataset) throw new TallygateError('NOT_FOUND', `Unknown dataset: ${name.slice(0, 64)}. Datasets: ${datasetNames()}.`);
  return dataset;
}

/** The same bytes with another mapping are another import. */
function fingerprintOf(dataset: Dataset, content: string, { map = {}, set = {}, skipRejected = false }: ImportOptions): string {
  const columns = dataset.columns.map(({ name, type }) => [name, type]);
  const identity = [content, dataset.table, columns, sorted(map), sorted(set), skipRejected];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

const sorted = (mapping: Record<string, string>) => Object.entries(mapping).sort(([a], [b]) => (a < b ? -1 : 1));

const unchanged = ({ table }: Dataset): ImportReport => new ImportTally().report(table, 'unchanged', 0, []);
