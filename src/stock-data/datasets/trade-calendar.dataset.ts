import { IS_SYNTHETIC_COLUMN, type Dataset } from './dataset.js';

export const TRADE_CALENDAR: Dataset = {
  table: 'trade_calendar',
  title: 'Trading calendar',
  description: 'One row per exchange and trading day. A day that is missing between the first and the last was no trading day.',
  source:
    'XNYS (New York Stock Exchange), 2000-01-03 to 2020-04-17: the days on which the S&P 500 series of daily_bars has a bar. SYNX is the calendar of the synthetic universe: Monday to Friday without holidays.',
  columns: [
    { name: 'exchange', type: 'LowCardinality(String)', description: 'Market identifier code (ISO 10383)' },
    { name: 'date', type: 'Date32', description: 'Trading day' },
    IS_SYNTHETIC_COLUMN,
  ],
  sortingKey: ['exchange', 'date'],
  dateColumn: 'date',
};
