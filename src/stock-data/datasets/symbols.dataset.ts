import { IS_SYNTHETIC_COLUMN, SYMBOL_COLUMN, type Dataset } from './dataset.js';

export const SYMBOLS: Dataset = {
  table: 'symbols',
  title: 'Symbols',
  description: 'One row per instrument: what a symbol stands for, where it is listed, and whether it is made up.',
  source:
    'The six symbols of the sample data were written down by hand, with their listing and GICS sector as of 2024; synthetic ones are generated.',
  columns: [
    SYMBOL_COLUMN,
    { name: 'name', type: 'String', description: 'Name of the company or index' },
    { name: 'type', type: 'LowCardinality(String)', description: 'stock, index, etf, or as imported', otherwise: 'stock' },
    {
      name: 'exchange',
      type: 'LowCardinality(String)',
      description: 'Market identifier code (ISO 10383) of the primary listing; empty for an index',
      otherwise: '',
    },
    { name: 'currency', type: 'LowCardinality(String)', description: 'ISO 4217 code prices are quoted in', otherwise: '' },
    { name: 'sector', type: 'LowCardinality(String)', description: 'Industry sector (GICS); empty when none', otherwise: '' },
    IS_SYNTHETIC_COLUMN,
  ],
  sortingKey: ['symbol'],
  symbolColumn: 'symbol',
};
