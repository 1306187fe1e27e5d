import { IS_SYNTHETIC_COLUMN, SYMBOL_COLUMN, type Dataset } from './dataset.js';

export const MONTHLY_PRICES: Dataset = {
  table: 'monthly_prices',
  title: 'Monthly prices',
  description: 'One row per symbol and month: one price for the month.',
  source:
    'MSFT, AMZN, IBM and AAPL from 2000-01, GOOG from 2004-08, each to 2010-03, from stocks.csv of the package vega-datasets (BSD-3-Clause). The package does not say which day of the month a price is of, nor how it is adjusted.',
  columns: [
    SYMBOL_COLUMN,
    { name: 'month', type: 'Date32', description: 'First day of the month' },
    { name: 'price', type: 'Float64', unit: 'quote currency', description: 'Price for the month', above: 0 },
    IS_SYNTHETIC_COLUMN,
  ],
  sortingKey: ['symbol', 'month'],
  symbolColumn: 'symbol',
  dateColumn: 'month',
  check: ({ month }) => (String(month).endsWith('-01') ? undefined : `month ${month} is not the first day of a month`),
};
