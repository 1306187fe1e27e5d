import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../tools/source/call-context.js';
import type { Prompt, PromptArgument, PromptResult } from '../../tools/source/prompt.js';
import { DatasetResources } from '../resources/dataset.resources.js';
import { SymbolResources } from '../resources/symbol.resources.js';

const START: PromptArgument = {
  name: 'start_date',
  description: 'First day, YYYY-MM-DD; default: where the data begins',
};
const END: PromptArgument = { name: 'end_date', description: 'Last day, YYYY-MM-DD; default: where the data ends' };

/** Prompts for the analyses that the tools of this room serve best. */
@Injectable()
export class StockPrompts {
  readonly all: readonly Prompt[] = [
    {
      name: 'analyze_symbol',
      title: 'Analyze a symbol',
      description: 'Return, volatility and drawdown of one symbol over a period, month by month, with what stands out.',
      arguments: [{ name: 'symbol', description: 'Ticker symbol, e.g. AAPL', required: true }, START, END],
      get: async ({ symbol, ...period }) => asked(analysis(symbol!, period)),
      complete: (argument, typed, _, context) => this.complete(argument, typed, context),
    },
    {
      name: 'compare_symbols',
      title: 'Compare symbols',
      description: 'Two or more symbols side by side over the same period: return, risk, and which did better when.',
      arguments: [
        { name: 'symbols', description: 'Ticker symbols, separated by commas, e.g. AAPL,MSFT', required: true },
        START,
        END,
      ],
      get: async ({ symbols, ...period }) => asked(comparison(symbols!, period)),
      complete: (argument, typed, _, context) => this.complete(argument, typed, context),
    },
    {
      name: 'explore_dataset',
      title: 'Explore a dataset',
      description: 'What a dataset holds, how far it reaches, how good it is, and what can be asked of it.',
      arguments: [{ name: 'dataset', description: 'Name of the dataset, e.g. daily_bars', required: true }],
      get: async ({ dataset }) => asked(exploration(dataset!)),
      complete: async (_, typed) => ({ values: this.datasets.namesBeginningWith(typed) }),
    },
  ];

  constructor(
    private readonly symbols: SymbolResources,
    private readonly datasets: DatasetResources,
  ) {}

  /** In a list of symbols, the last one is completed. */
  private async complete(argument: string, typed: string, { cancellation }: CallContext) {
    if (!argument.startsWith('symbol')) return { values: [] };
    const start = typed.lastIndexOf(',') + 1;
    const { values, ...rest } = await this.symbols.suggest(typed.slice(start).trim(), cancellation.signal);
    return { ...rest, values: values.map((value) => typed.slice(0, start) + value) };
  }
}

type Period = { start_date?: string; end_date?: string };

const inWords = ({ start_date, end_date }: Period) =>
  `${start_date ? ` from ${start_date}` : ''}${end_date ? ` to ${end_date}` : ''}` || ' over all the data';

const analysis = (symbol: string, period: Period) => `Analyze ${symbol}${inWords(period)}.

1. Call get_symbols for what it is, and whether its data is real or synthetic; say so in the answer.
2. Call get_period_statistics for the return, volatility and greatest drawdown of the period.
3. Call get_returns with period "month" and find the months that stand out.
4. Look at the days around the greatest drawdown with get_daily_bars.

Answer with a short summary first, then a table of the figures with their dates, then what stands out. State every figure as the
tools gave it and name the dataset it is from.`;

const comparison = (symbols: string, period: Period) => `Compare ${symbols}${inWords(period)}.

1. Call get_symbols for all of them at once; leave out, and name, those that do not exist or are synthetic.
2. Call get_period_statistics for each over the same days; where one has fewer, use the days all of them have, and say so.
3. Call get_returns with period "month" for each, and count which did best in how many months.

Answer with one table, a row for each symbol: return, annualised volatility, greatest drawdown with its dates. Then two or three
sentences on which did better, at which risk. Do not give advice.`;

const exploration = (dataset: string) => `Tell me what the dataset ${dataset} is good for.

1. Call describe_dataset, or read the resource dataset://${dataset}, for its columns, source and coverage.
2. Try two or three of the tools that read it, with small limits.

Answer with what a row is, what the columns mean with their units, how far it reaches, which rows are synthetic, and three
questions it can answer, each with the call that answers it.`;

function asked(text: string): PromptResult {
  return { messages: [{ role: 'user', content: { type: 'text', text } }], usage: { recordCount: 0, tableName: '' } };
}
