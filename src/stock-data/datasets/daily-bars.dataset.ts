import { IS_SYNTHETIC_COLUMN, SYMBOL_COLUMN, type Column, type Dataset } from './dataset.js';

const price = (name: string, description: string): Column => ({
  name,
  type: 'Float64',
  unit: 'quote currency',
  description,
  above: 0,
});

export const DAILY_BARS: Dataset = {
  table: 'daily_bars',
  title: 'Daily bars',
  description: 'One row per symbol and trading day: open, high, low, close, adjusted close and volume.',
  source:
    'S&P 500 index (^GSPC), every trading day from 2000-01-03 to 2020-04-17, from sp500-2000.csv of the package vega-datasets (BSD-3-Clause); other symbols as imported or generated.',
  columns: [
    SYMBOL_COLUMN,
    { name: 'date', type: 'Date32', description: 'Trading day' },
    price('open', 'First price of the day'),
    price('high', 'Highest price of the day'),
    price('low', 'Lowest price of the day'),
    price('close', 'Last price of the day, as traded'),
    {
      ...price('adj_close', 'Close adjusted for splits and dividends by the data provider; the base of all returns'),
      otherwise: { sameAs: 'close' },
    },
    { name: 'volume', type: 'UInt64', unit: 'shares', description: 'Shares traded; for an index those of its members' },
    IS_SYNTHETIC_COLUMN,
  ],
  sortingKey: ['symbol', 'date'],
  symbolColumn: 'symbol',
  dateColumn: 'date',
  check: ({ high, low }) => (Number(high) < Number(low) ? `high ${high} is below low ${low}` : undefined),
};
