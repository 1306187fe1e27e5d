import { Injectable } from '@nestjs/common';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { CoverageRepository, type SymbolPresence } from '../datasets/coverage.repository.js';
import type { Dataset } from '../datasets/dataset.js';

/** Distinguishes a symbol without rows in a range from one that does not exist; asked only when nothing was found. */
@Injectable()
export class SymbolLookup {
  constructor(private readonly coverage: CoverageRepository) {}

  /** @throws ToolInputError when the dataset has no row of the symbol at all */
  async require(dataset: Dataset, symbol: string, signal: AbortSignal): Promise<SymbolPresence> {
    const present = await this.coverage.withSymbol(symbol, signal);
    const here = present.find(({ table }) => table === dataset.table);
    if (here) return here;
    if (present.length === 0) throw unknownSymbols([symbol]);
    const elsewhere = present.map(({ table }) => table).join(', ');
    throw new ToolInputError(
      `"${symbol}" has no rows in ${dataset.table}; it is in: ${elsewhere}. Use a tool that reads one of these.`,
    );
  }
}

/** The error for unknown symbols. */
export function unknownSymbols(symbols: readonly string[]): ToolInputError {
  const names = symbols.map((symbol) => `"${symbol}"`).join(', ');
  return new ToolInputError(
    `Unknown ${symbols.length === 1 ? 'symbol' : 'symbols'}: ${names}. Find symbols with search_symbols.`,
  );
}
