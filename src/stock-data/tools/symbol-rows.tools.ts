import { Injectable } from '@nestjs/common';
import type { Dataset } from '../datasets/dataset.js';
import { DAILY_VALUATION } from '../datasets/daily-valuation.dataset.js';
import { INCOME_STATEMENT } from '../datasets/income-statement.dataset.js';
import { MONTHLY_PRICES } from '../datasets/monthly-prices.dataset.js';
import { dayRange } from '../queries/day-range.js';
import { SymbolLookup } from '../queries/symbol-lookup.service.js';
import { SymbolRowsRepository } from '../queries/symbol-rows.repository.js';
import { page } from './page.js';
import { dayRangeProperties, limit, offset, pageOutput, rowsOf, symbol } from './schemas.js';
import { QUERY_PRICE, type StockAnswer, type StockTool } from './stock-tool.js';

const LIMIT = 250;

type Arguments = { symbol: string; start_date?: string; end_date?: string; limit?: number; offset?: number };

/** Rows of one symbol of a dataset over a range of days; a subclass needs only a name and descriptions. */
@Injectable()
abstract class SymbolRowsTool implements StockTool {
  abstract readonly name: string;
  abstract readonly title: string;
  abstract readonly description: string;
  abstract readonly dataset: Dataset;
  abstract readonly output: Record<string, object>;
  readonly price = QUERY_PRICE;
  readonly input = { properties: { symbol, ...dayRangeProperties, limit: limit(LIMIT, 5_000), offset }, required: ['symbol'] };

  constructor(
    private readonly rows: SymbolRowsRepository,
    private readonly lookup: SymbolLookup,
  ) {}

  async run(args: Arguments, signal: AbortSignal): Promise<StockAnswer> {
    const { symbol, limit = LIMIT, offset = 0 } = args;
    const read = await this.rows.range(this.dataset, symbol, { ...dayRange(args), limit: limit + 1, offset }, signal);
    if (read.length === 0) await this.lookup.require(this.dataset, symbol, signal);
    const { items, ...rest } = page(read, limit, () => ({ offset: offset + limit }));
    return { records: items.length, content: { rows: items, ...rest } };
  }
}

@Injectable()
export class GetMonthlyPricesTool extends SymbolRowsTool {
  readonly name = 'get_monthly_prices';
  readonly title = 'Monthly prices';
  readonly description =
    'One price a month of one symbol, over a range of days. Use it for long histories of the symbols that have no daily bars.';
  readonly dataset = MONTHLY_PRICES;
  readonly output = { rows: rowsOf(MONTHLY_PRICES), ...pageOutput };
}

@Injectable()
export class GetValuationTool extends SymbolRowsTool {
  readonly name = 'get_valuation';
  readonly title = 'Valuation';
  readonly description =
    'Market capitalisation, shares outstanding, price/earnings, price/book and dividend yield of one symbol by day.';
  readonly dataset = DAILY_VALUATION;
  readonly output = { rows: rowsOf(DAILY_VALUATION), ...pageOutput };
}

@Injectable()
export class GetIncomeStatementTool extends SymbolRowsTool {
  readonly name = 'get_income_statement';
  readonly title = 'Income statements';
  readonly description =
    'Revenue, costs and profits of one symbol by fiscal quarter or year; the days of the range are those the periods end on.';
  readonly dataset = INCOME_STATEMENT;
  readonly output = { rows: rowsOf(INCOME_STATEMENT), ...pageOutput };
}
