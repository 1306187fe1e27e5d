import { Injectable } from '@nestjs/common';
import { LAST_DAY } from '../queries/calendar-day.js';
import { DailyBarsRepository } from '../queries/daily-bars.repository.js';
import { DAILY_BARS } from '../datasets/daily-bars.dataset.js';
import { checkedDay } from '../queries/day-range.js';
import { unknownSymbols } from '../queries/symbol-lookup.service.js';
import { page } from './page.js';
import { day, limit, listOf, pageOutput, rowsOf, symbol, symbols } from './schemas.js';
import { QUERY_PRICE, type StockAnswer, type StockTool } from './stock-tool.js';
import { without } from './symbols.tools.js';

const DAY_LIMIT = 100;

@Injectable()
export class GetLatestBarsTool implements StockTool {
  readonly name = 'get_latest_bars';
  readonly title = 'Latest bars';
  readonly description =
    'The newest daily bar of each of several symbols, or the newest not after as_of. Use it for "what is the price of": look at each bar\'s date, for the data may end long before today.';
  readonly dataset = DAILY_BARS;
  readonly price = QUERY_PRICE;
  readonly input = {
    properties: { symbols, as_of: day('Newest day to consider; default: the newest available') },
    required: ['symbols'],
  };
  readonly output = {
    bars: rowsOf(DAILY_BARS),
    symbols_without_bar: listOf({ type: 'string' }, 'Requested symbols that have no bar by then'),
  };

  constructor(private readonly bars: DailyBarsRepository) {}

  async run({ symbols, as_of }: { symbols: string[]; as_of?: string }, signal: AbortSignal): Promise<StockAnswer> {
    const bars = await this.bars.latest(symbols, checkedDay('as_of', as_of ?? LAST_DAY), signal);
    if (bars.length === 0 && as_of === undefined) throw unknownSymbols(symbols);
    return { records: bars.length, content: { bars, symbols_without_bar: without(symbols, bars) } };
  }
}

@Injectable()
export class GetBarsOnDateTool implements StockTool {
  readonly name = 'get_bars_on_date';
  readonly title = 'All bars of a day';
  readonly description =
    'The daily bars of every symbol on one day, by symbol. Use it to compare the whole market on a day; it is empty on days without trading (see get_trading_days).';
  readonly dataset = DAILY_BARS;
  readonly price = QUERY_PRICE;
  readonly input = {
    properties: {
      date: day('The day'),
      after_symbol: { ...symbol, description: 'Only symbols after this one, for the next page' },
      limit: limit(DAY_LIMIT, 1_000),
    },
    required: ['date'],
  };
  readonly output = { date: { type: 'string' }, bars: rowsOf(DAILY_BARS), ...pageOutput };

  constructor(private readonly bars: DailyBarsRepository) {}

  async run(args: { date: string; after_symbol?: string; limit?: number }, signal: AbortSignal): Promise<StockAnswer> {
    const { after_symbol = '', limit = DAY_LIMIT } = args;
    const date = checkedDay('date', args.date);
    const read = await this.bars.onDay(date, after_symbol, limit + 1, signal);
    const { items, ...rest } = page(read, limit, ({ symbol }) => ({ after_symbol: symbol }));
    return { records: items.length, content: { date, bars: items, ...rest } };
  }
}
