import type { Dataset } from './dataset.js';
import { DAILY_BARS } from './daily-bars.dataset.js';
import { DAILY_VALUATION } from './daily-valuation.dataset.js';
import { INCOME_STATEMENT } from './income-statement.dataset.js';
import { MONTHLY_PRICES } from './monthly-prices.dataset.js';
import { SYMBOLS } from './symbols.dataset.js';
import { TRADE_CALENDAR } from './trade-calendar.dataset.js';

/** Every dataset, in the order they are listed. A new one is added here (docs/datasets.md). */
export const DATASETS: readonly Dataset[] = [
  SYMBOLS,
  DAILY_BARS,
  MONTHLY_PRICES,
  TRADE_CALENDAR,
  DAILY_VALUATION,
  INCOME_STATEMENT,
];

/** Undefined when there is no such dataset. */
export const datasetNamed = (table: string): Dataset | undefined => DATASETS.find((dataset) => dataset.table === table);

/** For messages: `symbols, daily_bars, …`. */
export const datasetNames = (): string => DATASETS.map(({ table }) => table).join(', ');
