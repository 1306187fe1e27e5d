import { Injectable } from '@nestjs/common';
import { DailyCloses } from '../queries/daily-closes.service.js';
import { DAILY_BARS } from '../datasets/daily-bars.dataset.js';
import { dayRange } from '../queries/day-range.js';
import { periodReturns, RETURN_PERIODS, type ReturnPeriod } from '../queries/returns.js';
import { page } from './page.js';
import { dayRangeProperties, isSynthetic, limit, listOf, pageOutput, symbol } from './schemas.js';
import { QUERY_PRICE, type StockAnswer, type StockTool } from './stock-tool.js';

const LIMIT = 250;

type Arguments = { symbol: string; period?: ReturnPeriod; start_date?: string; end_date?: string; limit?: number };

const periodReturn = {
  type: 'object',
  properties: {
    start_date: { type: 'string', description: 'First trading day of the period in the range' },
    end_date: { type: 'string', description: 'Last trading day of the period in the range' },
    adj_close: { type: 'number', description: 'Adjusted close on end_date' },
    return: { type: ['number', 'null'], description: 'Fraction, 0.01 is one percent; null when there is no earlier bar' },
  },
  required: ['start_date', 'end_date', 'adj_close', 'return'],
  additionalProperties: false,
};

@Injectable()
export class GetReturnsTool implements StockTool {
  readonly name = 'get_returns';
  readonly title = 'Returns';
  readonly description =
    'Simple returns of one symbol by day, week or month, from adjusted closes: last close of the period / last close of the period before - 1. ' +
    'Weeks are ISO weeks (Monday to Sunday). The first period in the range is measured from the last bar before the range. ' +
    'Periods that the range cuts through are measured up to its end. Use it for performance over time; for one figure over a range use get_period_statistics.';
  readonly dataset = DAILY_BARS;
  readonly price = QUERY_PRICE;
  readonly input = {
    properties: {
      symbol,
      period: { enum: RETURN_PERIODS, default: 'month', description: 'Length of a period' },
      ...dayRangeProperties,
      limit: limit(LIMIT, 5_000),
    },
    required: ['symbol'],
  };
  readonly output = {
    symbol: { type: 'string' },
    period: { enum: RETURN_PERIODS },
    is_synthetic: isSynthetic,
    returns: listOf(periodReturn, 'One per period, oldest first'),
    ...pageOutput,
  };

  constructor(private readonly series: DailyCloses) {}

  async run(args: Arguments, signal: AbortSignal): Promise<StockAnswer> {
    const { symbol, period = 'month', limit = LIMIT } = args;
    const { closes, is_synthetic } = await this.series.of(symbol, dayRange(args), signal);
    const first = closes[0];
    const before = first && (await this.series.before(symbol, first.date, signal));
    const next = (_: unknown, { start_date }: { start_date: string }) => ({ start_date });
    const { items, ...rest } = page(periodReturns(closes, period, before), limit, next);
    return { records: items.length, content: { symbol, period, is_synthetic, returns: items, ...rest } };
  }
}
