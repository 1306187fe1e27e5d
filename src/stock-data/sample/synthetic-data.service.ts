import { Injectable } from '@nestjs/common';
import { TallygateError } from '../../common/tallygate-error.js';
import { datasetNamed } from '../datasets/datasets.js';
import { DatasetImportService } from '../import/dataset-import.service.js';
import type { ImportReport } from '../import/import-report.js';
import { rowsInput } from '../import/rows-input.js';
import { UNIVERSE_BARS_MAX, UNIVERSE_DAYS_MAX, UNIVERSE_DAYS_MIN, UNIVERSE_DAYS_WORDS, UNIVERSE_SYMBOLS_MAX } from '../bounds.js';
import { UNIVERSE_ROWS, UNIVERSE_VERSION, type UniverseOptions } from './synthetic-universe.js';

/** Fills the datasets with a generated market, each of whose rows is marked as synthetic. */
@Injectable()
export class SyntheticData {
  constructor(private readonly imports: DatasetImportService) {}

  /**
   * The same options twice change nothing. Each dataset becomes visible as a whole; `symbols` last, so that no symbol
   * is found before its data.
   * @throws INVALID_INPUT for a size out of bounds
   */
  async generate(options: UniverseOptions, onProgress: (share: number) => void = () => {}): Promise<ImportReport[]> {
    checkBounds(options);
    const tables = Object.keys(UNIVERSE_ROWS).reverse();
    const reports: ImportReport[] = [];
    for (const table of tables) {
      reports.push(await this.imports.import(table, inputOf(table, options)));
      onProgress(reports.length / tables.length);
    }
    return reports;
  }
}

function inputOf(table: string, options: UniverseOptions) {
  const { symbols, days, seed } = options;
  const name = `synthetic, ${symbols} symbols, ${days} days, seed ${seed}`;
  const columns = datasetNamed(table)!.columns.map((column) => column.name);
  return rowsInput(name, `${table} version ${UNIVERSE_VERSION} ${name}`, columns, () => UNIVERSE_ROWS[table]!(options));
}

function checkBounds({ symbols, days, seed }: UniverseOptions): void {
  const within = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max;
  const problem =
    (!within(symbols, 1, UNIVERSE_SYMBOLS_MAX) && `symbols must be a whole number from 1 to ${UNIVERSE_SYMBOLS_MAX}`) ||
    (!within(days, UNIVERSE_DAYS_MIN, UNIVERSE_DAYS_MAX) && UNIVERSE_DAYS_WORDS) ||
    (symbols * days > UNIVERSE_BARS_MAX && `symbols times days must not exceed ${UNIVERSE_BARS_MAX}`) ||
    (!Number.isSafeInteger(seed) && 'seed must be a whole number');
  if (problem) throw new TallygateError('INVALID_INPUT', `${problem}.`);
}
