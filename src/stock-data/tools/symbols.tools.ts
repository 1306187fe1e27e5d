import { Injectable } from '@nestjs/common';
import { SYMBOLS } from '../datasets/symbols.dataset.js';
import { unknownSymbols } from '../queries/symbol-lookup.service.js';
import { SymbolsRepository, type SymbolSearch } from '../queries/symbols.repository.js';
import { page } from './page.js';
import { limit, listOf, offset, pageOutput, rowsOf, symbols, text } from './schemas.js';
import { QUERY_PRICE, type StockAnswer, type StockTool } from './stock-tool.js';

/** Input: conditions on instruments, for searching and screening. */
export const symbolFilterProperties = {
  type: text('Only this type: stock, index, etf'),
  exchange: text('Only this exchange, as market identifier code, e.g. XNAS or XNYS'),
  sector: text('Only this sector, e.g. Information Technology'),
  is_synthetic: { type: 'boolean', description: 'true: only generated symbols; false: only real ones; default: both' },
};

@Injectable()
export class SearchSymbolsTool implements StockTool {
  readonly name = 'search_symbols';
  readonly title = 'Search symbols';
  readonly description =
    'Finds ticker symbols by a part of the symbol or of the company name (any case), optionally by type, exchange and sector. Without a query it lists all. Use it whenever you do not know the exact symbol.';
  readonly dataset = SYMBOLS;
  readonly price = QUERY_PRICE;
  readonly input = {
    properties: { query: text('Part of a symbol or name, e.g. micro'), ...symbolFilterProperties, limit: limit(20, 200), offset },
  };
  readonly output = { symbols: rowsOf(SYMBOLS), ...pageOutput };

  constructor(private readonly symbols: SymbolsRepository) {}

  async run({ limit = 20, offset = 0, ...search }: Partial<SymbolSearch>, signal: AbortSignal): Promise<StockAnswer> {
    const read = await this.symbols.search({ ...search, offset, limit: limit + 1 }, signal);
    const { items, ...rest } = page(read, limit, () => ({ offset: offset + limit }));
    return { records: items.length, content: { symbols: items, ...rest } };
  }
}

@Injectable()
export class GetSymbolsTool implements StockTool {
  readonly name = 'get_symbols';
  readonly title = 'Get symbols';
  readonly description =
    'Gives name, type, exchange, currency and sector of symbols you already know, and whether each is real or synthetic.';
  readonly dataset = SYMBOLS;
  readonly price = QUERY_PRICE;
  readonly input = { properties: { symbols }, required: ['symbols'] };
  readonly output = {
    symbols: rowsOf(SYMBOLS),
    unknown_symbols: listOf({ type: 'string' }, 'Requested symbols that do not exist'),
  };

  constructor(private readonly symbols: SymbolsRepository) {}

  async run({ symbols: wanted }: { symbols: string[] }, signal: AbortSignal): Promise<StockAnswer> {
    const found = await this.symbols.find(wanted, signal);
    if (found.length === 0) throw unknownSymbols(wanted);
    return { records: found.length, content: { symbols: found, unknown_symbols: without(wanted, found) } };
  }
}

/** The requested symbols that no row belongs to, each once. */
export function without(wanted: readonly string[], found: readonly { symbol?: unknown }[]): string[] {
  const present = new Set(found.map(({ symbol }) => symbol));
  return [...new Set(wanted)].filter((symbol) => !present.has(symbol));
}
