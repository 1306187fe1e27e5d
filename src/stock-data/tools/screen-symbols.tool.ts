import { Injectable } from '@nestjs/common';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { LAST_DAY } from '../queries/calendar-day.js';
import { DataVersions } from '../datasets/data-versions.service.js';
import { DAILY_BARS } from '../datasets/daily-bars.dataset.js';
import { DAILY_VALUATION } from '../datasets/daily-valuation.dataset.js';
import { checkedDay } from '../queries/day-range.js';
import {
  METRICS,
  ScreenerRepository,
  VALUATION_METRICS,
  type Metric,
  type MetricFilter,
} from '../queries/screener.repository.js';
import type { SymbolFilter } from '../queries/symbols.repository.js';
import { page } from './page.js';
import { day, isSynthetic, limit, listOf, offset, pageOutput } from './schemas.js';
import { QUERY_PRICE, type StockAnswer, type StockTool } from './stock-tool.js';
import { symbolFilterProperties } from './symbols.tools.js';

const LIMIT = 50;
const FILTERS_MAX = 10;
const NAMES = Object.keys(METRICS) as Metric[];

type Arguments = SymbolFilter & {
  filters?: MetricFilter[];
  sort_by?: Metric;
  descending?: boolean;
  as_of?: string;
  limit?: number;
  offset?: number;
};

const metric = { enum: NAMES, description: NAMES.map((name) => `${name}: ${METRICS[name].text}`).join('; ') };

const filter = {
  type: 'object',
  properties: {
    metric,
    min: { type: 'number', description: 'Minimum, inclusive' },
    max: { type: 'number', description: 'Maximum, inclusive' },
  },
  required: ['metric'],
  additionalProperties: false,
};

const text = { type: 'string' };
const metricOutput = Object.fromEntries(
  NAMES.map((name) => [name, { type: ['number', 'null'], description: METRICS[name].text }]),
);
const row = { symbol: text, name: text, sector: text, as_of: { ...text, description: 'Day of its newest bar' }, ...metricOutput };

@Injectable()
export class ScreenSymbolsTool implements StockTool {
  readonly name = 'screen_symbols';
  readonly title = 'Screen symbols';
  readonly description =
    'Finds symbols by numbers: price, volume, return, volatility, distance from the high, and valuation, each between a minimum and a maximum, and sorts them. ' +
    "Numbers are of each symbol's newest bar (see as_of in the rows), or the newest not after as_of; a number that cannot be computed is null and passes no filter. " +
    'Use it for questions like "which technology stocks fell most over a year".';
  readonly dataset = DAILY_BARS;
  readonly price = QUERY_PRICE;
  readonly input = {
    properties: {
      filters: {
        type: 'array',
        items: filter,
        maxItems: FILTERS_MAX,
        description: 'All must hold; one without min and max only requires that the number is known',
      },
      ...symbolFilterProperties,
      sort_by: { ...metric, default: 'return_1y', description: 'Number to sort by; symbols without it come last' },
      descending: { type: 'boolean', default: true, description: 'Greatest first' },
      as_of: day('Newest day to consider; default: no bound'),
      limit: limit(LIMIT, 500),
      offset,
    },
  };
  readonly output = {
    rows: listOf(
      {
        type: 'object',
        properties: { ...row, is_synthetic: isSynthetic },
        required: [...Object.keys(row), 'is_synthetic'],
        additionalProperties: false,
      },
      'Symbols that pass',
    ),
    ...pageOutput,
  };

  constructor(
    private readonly screener: ScreenerRepository,
    private readonly versions: DataVersions,
  ) {}

  async run(args: Arguments, signal: AbortSignal): Promise<StockAnswer> {
    const { filters = [], sort_by: sortBy = 'return_1y', descending = true, as_of, limit = LIMIT, offset = 0, ...symbols } = args;
    this.checkMetrics([...filters.map((filter) => filter.metric), sortBy]);
    filters.forEach(checkBounds);
    const asOf = checkedDay('as_of', as_of ?? LAST_DAY);
    const screen = { ...symbols, filters, sortBy, descending, asOf, limit: limit + 1, offset };
    const { items, ...rest } = page(await this.screener.screen(screen, signal), limit, () => ({ offset: offset + limit }));
    return { records: items.length, content: { rows: items, ...rest } };
  }

  private checkMetrics(metrics: readonly Metric[]): void {
    const wanted = metrics.filter((name) => VALUATION_METRICS.includes(name));
    if (wanted.length === 0 || this.versions.hasRows(DAILY_VALUATION)) return;
    throw new ToolInputError(
      `There is no valuation data, so nothing can be screened by ${wanted.join(', ')}. Use another metric.`,
    );
  }
}

function checkBounds({ metric, min, max }: MetricFilter): void {
  if (min === undefined || max === undefined || min <= max) return;
  throw new ToolInputError(`The filter on ${metric} has min ${min} above max ${max}. Swap them.`);
}
