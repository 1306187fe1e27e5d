import { Injectable } from '@nestjs/common';
import { DailyCloses } from '../queries/daily-closes.service.js';
import { DAILY_BARS } from '../datasets/daily-bars.dataset.js';
import { dayRange } from '../queries/day-range.js';
import { periodStatistics } from '../queries/period-statistics.js';
import { dayRangeProperties, isSynthetic, symbol } from './schemas.js';
import { QUERY_PRICE, type StockAnswer, type StockTool } from './stock-tool.js';

const dayReturn = (description: string) => ({
  type: ['object', 'null'],
  description,
  properties: { date: { type: 'string' }, return: { type: 'number' } },
  required: ['date', 'return'],
  additionalProperties: false,
});

const drawdown = {
  type: 'object',
  description: 'Greatest fall from a highest close to a later one; 0 when it never fell',
  properties: {
    drawdown: { type: 'number', description: 'Zero or negative fraction' },
    peak_date: { type: 'string' },
    trough_date: { type: 'string' },
  },
  required: ['drawdown', 'peak_date', 'trough_date'],
  additionalProperties: false,
};

const statistics = {
  type: ['object', 'null'],
  description: 'Null when the range has no bar',
  properties: {
    first_date: { type: 'string', description: 'First bar in the range; everything is measured from its close' },
    last_date: { type: 'string' },
    bars: { type: 'integer' },
    total_return: { type: 'number', description: 'Fraction, 0.01 is one percent' },
    annualised_volatility: { type: ['number', 'null'], description: 'Fraction per year; null with fewer than three bars' },
    max_drawdown: drawdown,
    best_day: dayReturn('Greatest daily return; null with a single bar'),
    worst_day: dayReturn('Least daily return; null with a single bar'),
  },
  required: ['first_date', 'last_date', 'bars', 'total_return', 'annualised_volatility', 'max_drawdown', 'best_day', 'worst_day'],
  additionalProperties: false,
};

@Injectable()
export class GetPeriodStatisticsTool implements StockTool {
  readonly name = 'get_period_statistics';
  readonly title = 'Statistics of a period';
  readonly description =
    'Return and risk of one symbol over a range of days, from adjusted closes: total return (last close / first close - 1), ' +
    'annualised volatility (sample standard deviation of daily log returns times the square root of 252), maximum drawdown ' +
    '(least of close / highest close so far - 1) with its days, best and worst day. Use it for "how did it do" and "how risky was it".';
  readonly dataset = DAILY_BARS;
  readonly price = QUERY_PRICE;
  readonly input = { properties: { symbol, ...dayRangeProperties }, required: ['symbol'] };
  readonly output = { symbol: { type: 'string' }, is_synthetic: isSynthetic, statistics };

  constructor(private readonly series: DailyCloses) {}

  async run(args: { symbol: string; start_date?: string; end_date?: string }, signal: AbortSignal): Promise<StockAnswer> {
    const { closes, is_synthetic } = await this.series.of(args.symbol, dayRange(args), signal);
    const statistics = closes.length > 0 ? periodStatistics(closes) : null;
    return { records: statistics ? 1 : 0, content: { symbol: args.symbol, is_synthetic, statistics } };
  }
}
