import { Injectable } from '@nestjs/common';
import { DailyBarsRepository } from '../queries/daily-bars.repository.js';
import type { Row } from '../datasets/dataset.js';
import { DAILY_BARS } from '../datasets/daily-bars.dataset.js';
import { dayRange } from '../queries/day-range.js';
import { SymbolLookup } from '../queries/symbol-lookup.service.js';
import { page } from './page.js';
import { dayRangeProperties, isSynthetic, limit, pageOutput, rowsOf, symbol } from './schemas.js';
import { QUERY_PRICE, type StockAnswer, type StockTool } from './stock-tool.js';

const FIELDS = ['open', 'high', 'low', 'close', 'adj_close', 'volume'];
const LIMIT = 250;

type Arguments = {
  symbol: string;
  start_date?: string;
  end_date?: string;
  adjusted?: boolean;
  fields?: string[];
  newest_first?: boolean;
  limit?: number;
};

@Injectable()
export class GetDailyBarsTool implements StockTool {
  readonly name = 'get_daily_bars';
  readonly title = 'Daily bars';
  readonly description =
    'Daily open, high, low, close, adjusted close and volume of one symbol over a range of days. ' +
    'Prices are as traded; with adjusted=true open, high, low and close are multiplied by adj_close / close of their day (volume is not), which makes days before and after splits and dividends comparable. ' +
    'For the last n bars use newest_first=true and limit=n. For returns or risk use get_returns or get_period_statistics instead of computing them from bars.';
  readonly dataset = DAILY_BARS;
  readonly price = QUERY_PRICE;
  readonly input = {
    properties: {
      symbol,
      ...dayRangeProperties,
      adjusted: { type: 'boolean', default: false, description: 'Adjust prices for splits and dividends' },
      fields: {
        type: 'array',
        items: { enum: FIELDS },
        minItems: 1,
        uniqueItems: true,
        description: 'Columns to return beside the date; default: all',
      },
      newest_first: { type: 'boolean', default: false, description: 'Newest bar first' },
      limit: limit(LIMIT, 5_000),
    },
    required: ['symbol'],
  };
  readonly output = {
    symbol: { type: 'string' },
    adjusted: { type: 'boolean', description: 'Whether the prices are adjusted' },
    is_synthetic: isSynthetic,
    bars: rowsOf(DAILY_BARS, ['date', ...FIELDS], FIELDS),
    ...pageOutput,
  };

  constructor(
    private readonly bars: DailyBarsRepository,
    private readonly lookup: SymbolLookup,
  ) {}

  async run(args: Arguments, signal: AbortSignal): Promise<StockAnswer> {
    const { symbol, adjusted = false, fields = FIELDS, newest_first: newestFirst = false, limit = LIMIT } = args;
    const query = { symbol, adjusted, fields, newestFirst, limit: limit + 1, ...dayRange(args) };
    const read = await this.bars.range(query, signal);
    const { is_synthetic } = read[0] ?? (await this.lookup.require(DAILY_BARS, symbol, signal));
    const next = (_: Row, { date }: Row) => (newestFirst ? { end_date: date } : { start_date: date });
    const { items, ...rest } = page(read, limit, next);
    return { records: items.length, content: { symbol, adjusted, is_synthetic, bars: items.map(withoutFlag), ...rest } };
  }
}

/** `is_synthetic` is given once for all bars of a symbol. */
function withoutFlag(row: Row): Row {
  const bar = { ...row };
  delete bar['is_synthetic'];
  return bar;
}
