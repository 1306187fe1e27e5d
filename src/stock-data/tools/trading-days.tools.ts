import { Injectable } from '@nestjs/common';
import { daysLater } from '../../common/utc-day.js';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { LAST_DAY } from '../queries/calendar-day.js';
import { TRADE_CALENDAR } from '../datasets/trade-calendar.dataset.js';
import { checkedDay, dayRange } from '../queries/day-range.js';
import { TradeCalendarRepository, type ExchangeCalendar } from '../queries/trade-calendar.repository.js';
import { page } from './page.js';
import { day, dayRangeProperties, isSynthetic, limit, listOf, nullableDay, pageOutput, text } from './schemas.js';
import { QUERY_PRICE, type StockAnswer, type StockTool } from './stock-tool.js';

const EXCHANGE = 'XNYS';
const LIMIT = 500;

const exchangeProperty = { ...text('Market identifier code of the exchange'), default: EXCHANGE };

/** Output: the calendar that was read, and its range. */
const calendarOutput = {
  exchange: { type: 'string' },
  is_synthetic: isSynthetic,
  calendar_ends: { type: 'string', description: 'Last trading day in the calendar; later days are unknown' },
};

@Injectable()
export class GetTradingDaysTool implements StockTool {
  readonly name = 'get_trading_days';
  readonly title = 'Trading days';
  readonly description =
    'The days on which an exchange traded, over a range of days. Use it to count trading days, to find holidays, or to check whether a day was one.';
  readonly dataset = TRADE_CALENDAR;
  readonly price = QUERY_PRICE;
  readonly input = { properties: { exchange: exchangeProperty, ...dayRangeProperties, limit: limit(LIMIT, 5_000) } };
  readonly output = { ...calendarOutput, days: listOf({ type: 'string' }, 'Trading days, oldest first'), ...pageOutput };

  constructor(private readonly calendar: TradeCalendarRepository) {}

  async run(
    args: { exchange?: string; start_date?: string; end_date?: string; limit?: number },
    signal: AbortSignal,
  ): Promise<StockAnswer> {
    const { exchange = EXCHANGE, limit = LIMIT } = args;
    const range = dayRange(args);
    const about = await calendarOf(this.calendar, exchange, signal);
    const read = await this.calendar.days(exchange, range, limit + 1, signal);
    const { items, ...rest } = page(read, limit, (_, start_date) => ({ start_date }));
    return { records: items.length, content: { ...about, days: items, ...rest } };
  }
}

@Injectable()
export class GetNextTradingDayTool implements StockTool {
  readonly name = 'get_next_trading_day';
  readonly title = 'Next trading day';
  readonly description =
    'The first trading day after a day, whether or not that day is one itself. Null when the calendar ends before.';
  readonly dataset = TRADE_CALENDAR;
  readonly price = QUERY_PRICE;
  readonly input = { properties: { date: day('The day to start from'), exchange: exchangeProperty }, required: ['date'] };
  readonly output = { ...calendarOutput, next_trading_day: nullableDay('First trading day after the date') };

  constructor(private readonly calendar: TradeCalendarRepository) {}

  async run({ date, exchange = EXCHANGE }: { date: string; exchange?: string }, signal: AbortSignal): Promise<StockAnswer> {
    const after = daysLater(checkedDay('date', date), 1);
    const about = await calendarOf(this.calendar, exchange, signal);
    const [found] = after > LAST_DAY ? [] : await this.calendar.days(exchange, { from: after, to: LAST_DAY }, 1, signal);
    return { records: found ? 1 : 0, content: { ...about, next_trading_day: found ?? null } };
  }
}

@Injectable()
export class GetLatestTradingDayTool implements StockTool {
  readonly name = 'get_latest_trading_day';
  readonly title = 'Latest trading day';
  readonly description =
    'The last trading day on or before a day; without a day, the last one in the calendar, which shows how current the data is.';
  readonly dataset = TRADE_CALENDAR;
  readonly price = QUERY_PRICE;
  readonly input = { properties: { date: day('Newest day to consider; default: no bound'), exchange: exchangeProperty } };
  readonly output = { ...calendarOutput, latest_trading_day: nullableDay('Last trading day not after the date') };

  constructor(private readonly calendar: TradeCalendarRepository) {}

  async run({ date, exchange = EXCHANGE }: { date?: string; exchange?: string }, signal: AbortSignal): Promise<StockAnswer> {
    const until = checkedDay('date', date ?? LAST_DAY);
    const about = await calendarOf(this.calendar, exchange, signal);
    const found = await this.calendar.lastUntil(exchange, until, signal);
    return { records: found ? 1 : 0, content: { ...about, latest_trading_day: found ?? null } };
  }
}

/** @throws ToolInputError naming the exchanges that have a calendar */
async function calendarOf(calendar: TradeCalendarRepository, exchange: string, signal: AbortSignal) {
  const known = await calendar.exchanges(signal);
  const found = known.find((candidate) => candidate.exchange === exchange);
  if (found) return aboutCalendar(found);
  const names = known.map((candidate) => candidate.exchange).join(', ');
  throw new ToolInputError(`Unknown exchange: "${exchange}". Exchanges with a calendar: ${names}.`);
}

const aboutCalendar = ({ exchange, is_synthetic, last_date }: ExchangeCalendar) => ({
  exchange,
  is_synthetic,
  calendar_ends: last_date,
});
