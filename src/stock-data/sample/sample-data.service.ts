import { Injectable } from '@nestjs/common';
import { fileURLToPath } from 'node:url';
import { loggerFor } from '../../common/log-contexts.js';
import { Postgres } from '../../database/postgres.js';
import { LOCK } from '../../database/advisory-lock.js';
import { DataVersions } from '../datasets/data-versions.service.js';
import { SYMBOLS } from '../datasets/symbols.dataset.js';
import { DatasetImportService } from '../import/dataset-import.service.js';
import { fileInput } from '../import/files/file-input.js';
import { ImportLogRepository } from '../import/import-log.repository.js';
import { rowsInput } from '../import/rows-input.js';
import { SAMPLE_SYMBOLS } from './sample-symbols.js';

const INDEX_FILE = 'sp500-2000.csv';
const MONTHLY_FILE = 'stocks.csv';
const SYMBOLS_SOURCE = 'sample symbols';
const SAMPLE_SOURCES = [INDEX_FILE, MONTHLY_FILE, SYMBOLS_SOURCE];

/** The real market data that comes with Tallygate; NOTICE.md says where it is from. */
@Injectable()
export class SampleData {
  private readonly logger = loggerFor('Stock data');

  constructor(
    private readonly postgres: Postgres,
    private readonly versions: DataVersions,
    private readonly log: ImportLogRepository,
    private readonly imports: DatasetImportService,
  ) {}

  /** Loads the sample unless it is there or anything else was imported. Returns whether it did. */
  async loadWhenEmpty(): Promise<boolean> {
    if (!(await this.isWanted())) return false;
    return this.postgres.withLock(LOCK.sampleData, async () => {
      await this.versions.refresh();
      if (!(await this.isWanted())) return false;
      await this.load();
      return true;
    });
  }

  /** An interrupted load may have left other files of the sample, but not the symbols. */
  private async isWanted(): Promise<boolean> {
    if (this.versions.hasRows(SYMBOLS)) return false;
    const sources = await this.log.sources();
    return sources.every((source) => SAMPLE_SOURCES.includes(source));
  }

  private async load(): Promise<void> {
    const started = performance.now();
    const index = fileInput(sampleFile(INDEX_FILE));
    await this.imports.import('trade_calendar', index, { set: { exchange: 'XNYS' } });
    await this.imports.import('monthly_prices', fileInput(sampleFile(MONTHLY_FILE)), { map: { month: 'date' } });
    const bars = await this.imports.import('daily_bars', index, { set: { symbol: '^GSPC' } });
    await this.imports.import('symbols', sampleSymbols());
    this.logger.log(`Sample data loaded: ${bars.accepted} daily bars (${Math.round(performance.now() - started)} ms)`);
  }
}

function sampleSymbols() {
  const columns = Object.keys(SAMPLE_SYMBOLS[0]!);
  return rowsInput(SYMBOLS_SOURCE, JSON.stringify(SAMPLE_SYMBOLS), columns, () => SAMPLE_SYMBOLS);
}

/** The build copies these files beside the program. */
const sampleFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
