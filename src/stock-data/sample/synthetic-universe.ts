import { DAY_MS, utcDay } from '../../common/utc-day.js';
import type { Row } from '../datasets/dataset.js';
import { QUARTER_DAYS } from '../bounds.js';
import { seededRandom, seedOf, type Random } from './random.js';

/** Size and seed of a generated market. The same numbers give the same market. */
export interface UniverseOptions {
  symbols: number;
  /** Trading days, from the first Monday of 2020. */
  days: number;
  seed: number;
}

export const UNIVERSE_DEFAULTS: UniverseOptions = { symbols: 100, days: 1_000, seed: 1 };

/** Must change whenever the same options give other rows. */
export const UNIVERSE_VERSION = 1;

const EXCHANGE = 'SYNX';
const CURRENCY = 'USD';
const FIRST_DAY = Date.UTC(2020, 0, 6);
const TRADING_DAYS_PER_YEAR = 252;
/** Real GICS sector names, so that screening by sector works as with real companies. */
const SECTORS = [
  'Communication Services',
  'Consumer Discretionary',
  'Consumer Staples',
  'Energy',
  'Financials',
  'Health Care',
  'Industrials',
  'Information Technology',
  'Materials',
  'Real Estate',
  'Utilities',
];

/** A generated company; its rows all follow from these numbers. */
interface Company {
  symbol: string;
  name: string;
  sector: string;
  firstPrice: number;
  drift: number;
  /** Standard deviation of yearly log returns. */
  volatility: number;
  shares: number;
  priceToSales: number;
  margin: number;
  seed: number;
}

/** The rows of one dataset of the universe, in order of its sorting key, generated one by one. */
export const UNIVERSE_ROWS: Record<string, (options: UniverseOptions) => Iterable<Row>> = {
  symbols: symbolRows,
  trade_calendar: calendarRows,
  daily_bars: (options) => perCompany(options, barRows),
  daily_valuation: (options) => perCompany(options, valuationRows),
  income_statement: (options) => perCompany(options, statementRows),
};

function* perCompany(options: UniverseOptions, rowsOf: (company: Company, days: string[]) => Iterable<Row>): Iterable<Row> {
  const days = tradingDays(options.days);
  for (const company of companies(options)) yield* rowsOf(company, days);
}

function* symbolRows(options: UniverseOptions): Iterable<Row> {
  for (const { symbol, name, sector } of companies(options)) {
    yield { symbol, name, type: 'stock', exchange: EXCHANGE, currency: CURRENCY, sector, is_synthetic: true };
  }
}

function* calendarRows({ days }: UniverseOptions): Iterable<Row> {
  for (const date of tradingDays(days)) yield { exchange: EXCHANGE, date, is_synthetic: true };
}

/** Geometric random walk: log returns are normal, independent, with the company's drift and volatility. */
function* barRows(company: Company, days: string[]): Iterable<Row> {
  const random = seededRandom(company.seed);
  const step = company.volatility / Math.sqrt(TRADING_DAYS_PER_YEAR);
  let close = company.firstPrice;
  for (const date of days) {
    const open = price(close * Math.exp(0.3 * step * random.normal()));
    close = price(close * Math.exp(company.drift / TRADING_DAYS_PER_YEAR - step ** 2 / 2 + step * random.normal()));
    yield { ...bar(company, date, open, close, step, random), adj_close: close };
  }
}

function bar({ symbol, shares }: Company, date: string, open: number, close: number, step: number, random: Random): Row {
  const high = price(Math.max(open, close) * (1 + step * random.next()));
  const low = price(Math.min(open, close) * (1 - (step * random.next()) / 2));
  const volume = Math.round(shares * 0.004 * Math.exp(0.4 * random.normal()));
  return { symbol, date, open, high, low, close, volume, is_synthetic: true };
}

function* valuationRows(company: Company, days: string[]): Iterable<Row> {
  const statements = [...statementRows(company, days)];
  for (const { symbol, date, close } of barRows(company, days)) {
    const known = statements.filter(({ period_end }) => String(period_end) <= String(date)).slice(-4);
    const earnings = known.length === 4 ? known.reduce((sum, { net_income }) => sum + Number(net_income), 0) : 0;
    const market_cap = Math.round(Number(close) * company.shares);
    const pe_ratio = earnings > 0 ? rounded(market_cap / earnings, 2) : null;
    const yields = { pb_ratio: rounded(1 + company.priceToSales, 2), dividend_yield: rounded(company.margin / 10, 4) };
    yield {
      symbol: symbol!,
      date: date!,
      market_cap,
      shares_outstanding: company.shares,
      pe_ratio,
      ...yields,
      is_synthetic: true,
    };
  }
}

function* statementRows(company: Company, days: string[]): Iterable<Row> {
  const random = seededRandom(company.seed + 1);
  let revenue = (company.firstPrice * company.shares) / company.priceToSales / 4;
  for (let day = QUARTER_DAYS - 1, quarter = 0; day < days.length; day += QUARTER_DAYS, quarter += 1) {
    revenue *= Math.exp(company.drift / 4 + 0.03 * random.normal());
    yield statement(company, days[day]!, `Q${(quarter % 4) + 1}`, Math.round(revenue), random);
  }
}

function statement(
  { symbol, margin, shares }: Company,
  period_end: string,
  period: string,
  revenue: number,
  random: Random,
): Row {
  const cost_of_revenue = Math.round(revenue * (0.5 + 0.05 * random.normal()));
  const net_income = Math.round(revenue * (margin + 0.04 * random.normal()));
  return {
    symbol,
    period_end,
    period,
    currency: CURRENCY,
    revenue,
    cost_of_revenue,
    gross_profit: revenue - cost_of_revenue,
    operating_income: Math.round(net_income * 1.3),
    net_income,
    eps_diluted: rounded(net_income / shares, 2),
    is_synthetic: true,
  };
}

/** Company n is the same in a universe of any size. */
function* companies({ symbols, seed }: UniverseOptions): Iterable<Company> {
  for (let index = 1; index <= symbols; index += 1) {
    const number = String(index).padStart(4, '0');
    const own = seedOf(seed, index);
    const random = seededRandom(own);
    yield {
      symbol: `SYN${number}`,
      name: `Synthetic Company ${number}`,
      sector: SECTORS[Math.floor(random.next() * SECTORS.length)]!,
      firstPrice: price(20 * Math.exp(random.normal())),
      drift: 0.06 + 0.06 * random.normal(),
      volatility: 0.15 + 0.35 * random.next(),
      shares: Math.round(1e7 * Math.exp(1.5 * random.normal())) + 1_000_000,
      priceToSales: 0.5 + 4 * random.next(),
      margin: 0.02 + 0.2 * random.next(),
      seed: (own + 7) >>> 0,
    };
  }
}

/** Monday to Friday; the generated exchange has no holidays. */
function tradingDays(count: number): string[] {
  const weeks = (index: number) => Math.floor(index / 5) * 7 + (index % 5);
  return Array.from({ length: count }, (_, index) => utcDay(FIRST_DAY + weeks(index) * DAY_MS));
}

/** Prices have four decimals and never reach zero. */
const price = (value: number): number => Math.max(rounded(value, 4), 0.0001);

function rounded(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}
