import { Inject, Injectable } from '@nestjs/common';
import type { Prompt } from '../tools/source/prompt.js';
import type { Resource, ResourceTemplate } from '../tools/source/resource.js';
import type { Tool, ToolSource } from '../tools/source/tool-source.js';
import { DataVersions } from './datasets/data-versions.service.js';
import { StockPrompts } from './prompts/stock-prompts.js';
import { DatasetResources } from './resources/dataset.resources.js';
import { SymbolResources } from './resources/symbol.resources.js';
import { ResultCache } from './queries/result-cache.js';
import { asTool, type StockTool } from './tools/stock-tool.js';

/** Injection token of all tools, in the order of `STOCK_TOOLS` in stock-data.module.ts. */
export const STOCK_TOOL_LIST = Symbol('stock tools');

/** Market data as a tool source. A tool is offered while the dataset it reads has rows. */
@Injectable()
export class StockDataSource implements ToolSource {
  readonly name = 'stock-data';
  private all: { stockTool: StockTool; tool: Tool }[] | undefined;

  constructor(
    @Inject(STOCK_TOOL_LIST) private readonly stockTools: readonly StockTool[],
    private readonly versions: DataVersions,
    private readonly cache: ResultCache,
    private readonly datasets: DatasetResources,
    private readonly symbols: SymbolResources,
    private readonly stockPrompts: StockPrompts,
  ) {}

  tools(): readonly Tool[] {
    this.all ??= this.stockTools.map((stockTool) => ({ stockTool, tool: asTool(stockTool, this.cache) }));
    return this.all.filter(({ stockTool }) => this.hasData(stockTool)).map(({ tool }) => tool);
  }

  resources(): readonly Resource[] {
    return this.datasets.all();
  }

  resourceTemplates(): readonly ResourceTemplate[] {
    return [this.datasets.template, this.symbols.template];
  }

  prompts(): readonly Prompt[] {
    return this.stockPrompts.all;
  }

  onChange(listener: () => void): void {
    let offered = this.offered();
    this.versions.onChange(() => {
      const now = this.offered();
      if (now === offered) return;
      offered = now;
      listener();
    });
  }

  /** An import may have changed any resource. */
  watch(_: string, listener: () => void): () => void {
    return this.versions.onChange(listener);
  }

  private offered(): string {
    return [...this.tools(), ...this.resources()].map(({ name }) => name).join();
  }

  private hasData({ dataset }: StockTool): boolean {
    return !dataset || this.versions.hasRows(dataset);
  }
}
