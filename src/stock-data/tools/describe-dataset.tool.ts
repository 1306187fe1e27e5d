import { Injectable } from '@nestjs/common';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { CoverageRepository } from '../datasets/coverage.repository.js';
import { isNullable, type Column, type Dataset } from '../datasets/dataset.js';
import { datasetNamed, datasetNames } from '../datasets/datasets.js';
import { coverageOutput } from './list-datasets.tool.js';
import { listOf, text } from './schemas.js';
import type { StockAnswer, StockTool } from './stock-tool.js';

const column = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    type: { enum: ['text', 'day', 'number', 'integer', 'flag'] },
    unit: { type: ['string', 'null'] },
    nullable: { type: 'boolean' },
    description: { type: 'string' },
  },
  required: ['name', 'type', 'unit', 'nullable', 'description'],
  additionalProperties: false,
};

@Injectable()
export class DescribeDatasetTool implements StockTool {
  readonly name = 'describe_dataset';
  readonly title = 'Describe a dataset';
  readonly description =
    'Describes one dataset: where its rows come from, every column with its unit, what identifies a row, and how much it covers. Free. Use it before relying on the meaning of a column or on the provenance of the data.';
  readonly price = 0;
  readonly input = {
    properties: { dataset: text(`Name of the dataset: ${datasetNames()}`) },
    required: ['dataset'],
  };
  readonly output = {
    dataset: { type: 'string' },
    title: { type: 'string' },
    description: { type: 'string' },
    source: { type: 'string', description: 'Where the rows come from' },
    columns: listOf(column, 'Its columns'),
    key: listOf({ type: 'string' }, 'Columns that identify a row'),
    ...coverageOutput,
  };

  constructor(private readonly coverage: CoverageRepository) {}

  async run({ dataset: name }: { dataset: string }, signal: AbortSignal): Promise<StockAnswer> {
    const dataset = datasetNamed(name);
    if (!dataset) throw new ToolInputError(`Unknown dataset: "${name}". Datasets: ${datasetNames()}.`);
    const [found] = await this.coverage.of([dataset], signal);
    const { table, ...coverage } = found!;
    return { records: 1, table, content: { ...described(dataset), ...coverage } };
  }
}

function described({ table, title, description, source, columns, sortingKey }: Dataset) {
  return { dataset: table, title, description, source, columns: columns.map(describedColumn), key: [...sortingKey] };
}

function describedColumn(column: Column) {
  const { name, unit = null, description } = column;
  return { name, type: plainType(column), unit, nullable: isNullable(column), description };
}

function plainType({ type }: Column): string {
  switch (type) {
    case 'String':
    case 'LowCardinality(String)':
      return 'text';
    case 'Date32':
      return 'day';
    case 'Bool':
      return 'flag';
    case 'UInt64':
      return 'integer';
    case 'Float64':
    case 'Nullable(Float64)':
      return 'number';
  }
}
