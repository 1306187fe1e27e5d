import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../tools/source/call-context.js';
import type { Completion } from '../../tools/source/completion.js';
import type { ResourceResult, ResourceTemplate } from '../../tools/source/resource.js';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { UriTemplate } from '../../tools/source/uri-template.js';
import { CoverageRepository } from '../datasets/coverage.repository.js';
import { SYMBOLS } from '../datasets/symbols.dataset.js';
import { ResultCache } from '../queries/result-cache.js';
import { SymbolsRepository } from '../queries/symbols.repository.js';
import { jsonResource } from './json-resource.js';

const SUGGESTIONS_MAX = 100;
const ADDRESS = new UriTemplate('symbol://{symbol}');

/** `symbol://{symbol}`: the description of an instrument, and the datasets that have rows of it. */
@Injectable()
export class SymbolResources {
  readonly template: ResourceTemplate = {
    uriTemplate: ADDRESS.text,
    name: 'symbol',
    title: 'Symbol',
    description: 'Name, type, listing, currency and sector of an instrument, and which datasets have rows of it.',
    mimeType: 'application/json',
    tableName: SYMBOLS.table,
    matches: (uri) => ADDRESS.valueIn(uri) !== undefined,
    read: (uri, context) => this.read(uri, context),
    complete: (_, typed, __, { cancellation }) => this.suggest(typed, cancellation.signal),
  };

  constructor(
    private readonly cache: ResultCache,
    private readonly symbols: SymbolsRepository,
    private readonly coverage: CoverageRepository,
  ) {}

  /** Symbols that begin with the text, case-insensitive. */
  async suggest(typed: string, signal: AbortSignal): Promise<Completion> {
    const found = await this.symbols.beginningWith(typed, SUGGESTIONS_MAX + 1, signal);
    return { values: found.slice(0, SUGGESTIONS_MAX), hasMore: found.length > SUGGESTIONS_MAX };
  }

  private async read(uri: string, { cancellation }: CallContext): Promise<ResourceResult> {
    const symbol = ADDRESS.valueIn(uri) ?? '';
    return jsonResource(uri, this.cache, SYMBOLS.table, async () => {
      const [row] = await this.symbols.find([symbol], cancellation.signal);
      if (!row) throw new ToolInputError(`Resource not found: ${uri}`);
      const datasets = await this.coverage.withSymbol(symbol, cancellation.signal);
      return { records: 1, content: { ...row, datasets: datasets.map(({ table }) => table) } };
    });
  }
}
