import { IS_SYNTHETIC_COLUMN, SYMBOL_COLUMN, type Column, type Dataset } from './dataset.js';

const PERIODS = ['Q1', 'Q2', 'Q3', 'Q4', 'FY'];

const amount = (name: string, description: string): Column => ({
  name,
  type: 'Nullable(Float64)',
  unit: 'reporting currency',
  description,
});

export const INCOME_STATEMENT: Dataset = {
  table: 'income_statement',
  title: 'Income statements',
  description: 'One row per symbol and fiscal period: revenue, costs and profits of a quarter or a year.',
  source: 'As imported or generated; the sample data has none.',
  columns: [
    SYMBOL_COLUMN,
    { name: 'period_end', type: 'Date32', description: 'Last day of the fiscal period' },
    { name: 'period', type: 'LowCardinality(String)', description: `Fiscal period: ${PERIODS.join(', ')} (FY is the year)` },
    { name: 'currency', type: 'LowCardinality(String)', description: 'ISO 4217 code of the amounts', otherwise: '' },
    { name: 'revenue', type: 'Float64', unit: 'reporting currency', description: 'Total revenue' },
    amount('cost_of_revenue', 'Cost of goods and services sold'),
    amount('gross_profit', 'Revenue less cost of revenue'),
    amount('operating_income', 'Profit before interest and taxes'),
    amount('net_income', 'Profit after everything; negative for a loss'),
    { ...amount('eps_diluted', 'Net income per diluted share'), unit: 'reporting currency per share' },
    IS_SYNTHETIC_COLUMN,
  ],
  sortingKey: ['symbol', 'period_end', 'period'],
  symbolColumn: 'symbol',
  dateColumn: 'period_end',
  check: ({ period }) =>
    PERIODS.includes(String(period)) ? undefined : `period "${period}" is not one of ${PERIODS.join(', ')}`,
};
