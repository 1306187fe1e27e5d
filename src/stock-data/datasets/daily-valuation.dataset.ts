import { IS_SYNTHETIC_COLUMN, SYMBOL_COLUMN, type Column, type Dataset } from './dataset.js';

const optional = (name: string, description: string, unit?: string): Column => ({
  name,
  type: 'Nullable(Float64)',
  description,
  ...(unit && { unit }),
});

export const DAILY_VALUATION: Dataset = {
  table: 'daily_valuation',
  title: 'Daily valuation',
  description: 'One row per symbol and day: market capitalisation and valuation ratios.',
  source: 'As imported or generated; the sample data has none.',
  columns: [
    SYMBOL_COLUMN,
    { name: 'date', type: 'Date32', description: 'Day of the valuation' },
    { name: 'market_cap', type: 'Float64', unit: 'quote currency', description: 'Price times shares outstanding', above: 0 },
    optional('shares_outstanding', 'Shares issued and not held by the company', 'shares'),
    optional('pe_ratio', 'Price over earnings of the last four quarters; null when they are negative or unknown', 'times'),
    optional('pb_ratio', 'Price over book value; null when unknown', 'times'),
    optional('dividend_yield', 'Dividends of the last twelve months over price; 0.02 is two percent', 'fraction'),
    IS_SYNTHETIC_COLUMN,
  ],
  sortingKey: ['symbol', 'date'],
  symbolColumn: 'symbol',
  dateColumn: 'date',
};
