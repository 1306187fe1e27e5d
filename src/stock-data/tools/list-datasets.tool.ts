import { Injectable } from '@nestjs/common';
import { CoverageRepository } from '../datasets/coverage.repository.js';
import { DATASETS } from '../datasets/datasets.js';
import { listOf, nullableDay } from './schemas.js';
import type { StockAnswer, StockTool } from './stock-tool.js';

/** Output: the extent of a dataset. */
export const coverageOutput = {
  row_count: { type: 'integer', description: 'Number of rows; with 0 its tools are not offered' },
  symbol_count: { type: ['integer', 'null'], description: 'Distinct symbols; null when it has no symbols' },
  first_date: nullableDay('First day covered'),
  last_date: nullableDay('Last day covered'),
  synthetic_row_count: { type: 'integer', description: 'Number of generated rows, which are not market data' },
};

const dataset = {
  type: 'object',
  properties: {
    dataset: { type: 'string', description: 'Name, for describe_dataset' },
    title: { type: 'string' },
    description: { type: 'string' },
    ...coverageOutput,
  },
  required: ['dataset', 'title', 'description', ...Object.keys(coverageOutput)],
  additionalProperties: false,
};

@Injectable()
export class ListDatasetsTool implements StockTool {
  readonly name = 'list_datasets';
  readonly title = 'List datasets';
  readonly description =
    'Lists the market datasets: what each contains, its numbers of rows and symbols, and the days it covers. Free. Call it first to see which data is available.';
  readonly price = 0;
  readonly input = { properties: {} };
  readonly output = { datasets: listOf(dataset, 'Every dataset') };

  constructor(private readonly coverage: CoverageRepository) {}

  async run(_: Record<string, never>, signal: AbortSignal): Promise<StockAnswer> {
    const found = new Map((await this.coverage.of(DATASETS, signal)).map(({ table, ...coverage }) => [table, coverage]));
    const datasets = DATASETS.map(({ table, title, description }) => ({
      dataset: table,
      title,
      description,
      ...found.get(table),
    }));
    return { records: datasets.length, content: { datasets } };
  }
}
