import { Module, type OnModuleInit } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { AppConfig } from '../config/app-config.js';
import { Sources } from '../tools/catalog/sources.service.js';
import { ToolsModule } from '../tools/tools.module.js';
import { CoverageRepository } from './datasets/coverage.repository.js';
import { DailyBarsRepository } from './queries/daily-bars.repository.js';
import { DailyCloses } from './queries/daily-closes.service.js';
import { DatasetImportController } from './import/dataset-import.controller.js';
import { DatasetsController } from './datasets/datasets.controller.js';
import { DatasetsModule } from './datasets/datasets.module.js';
import { SampleData } from './sample/sample-data.service.js';
import { StockPrompts } from './prompts/stock-prompts.js';
import { DatasetResources } from './resources/dataset.resources.js';
import { SymbolResources } from './resources/symbol.resources.js';
import { ResultCacheMetrics } from './queries/result-cache.metrics.js';
import { ResultCache } from './queries/result-cache.js';
import { ScreenerRepository } from './queries/screener.repository.js';
import { STOCK_TOOL_LIST, StockDataSource } from './stock-data.source.js';
import { SymbolLookup } from './queries/symbol-lookup.service.js';
import { SymbolRowsRepository } from './queries/symbol-rows.repository.js';
import { SymbolsRepository } from './queries/symbols.repository.js';
import { GetBarsOnDateTool, GetLatestBarsTool } from './tools/bars-of-many.tools.js';
import { DescribeDatasetTool } from './tools/describe-dataset.tool.js';
import { GetDailyBarsTool } from './tools/get-daily-bars.tool.js';
import { GetPeriodStatisticsTool } from './tools/get-period-statistics.tool.js';
import { GetReturnsTool } from './tools/get-returns.tool.js';
import { ListDatasetsTool } from './tools/list-datasets.tool.js';
import { ScreenSymbolsTool } from './tools/screen-symbols.tool.js';
import type { StockTool } from './tools/stock-tool.js';
import { GetIncomeStatementTool, GetMonthlyPricesTool, GetValuationTool } from './tools/symbol-rows.tools.js';
import { GetSymbolsTool, SearchSymbolsTool } from './tools/symbols.tools.js';
import { GetLatestTradingDayTool, GetNextTradingDayTool, GetTradingDaysTool } from './tools/trading-days.tools.js';
import { TradeCalendarRepository } from './queries/trade-calendar.repository.js';

/** All tools of this room. A new one is added here. */
const STOCK_TOOLS = [
  ListDatasetsTool,
  DescribeDatasetTool,
  SearchSymbolsTool,
  GetSymbolsTool,
  GetDailyBarsTool,
  GetLatestBarsTool,
  GetBarsOnDateTool,
  GetReturnsTool,
  GetPeriodStatisticsTool,
  GetMonthlyPricesTool,
  ScreenSymbolsTool,
  GetTradingDaysTool,
  GetNextTradingDayTool,
  GetLatestTradingDayTool,
  GetValuationTool,
  GetIncomeStatementTool,
];

/** What the tools need; tests use it to run them without the application. */
export const STOCK_TOOL_PROVIDERS = [
  CoverageRepository,
  DailyBarsRepository,
  DailyCloses,
  DatasetResources,
  ResultCache,
  ScreenerRepository,
  StockDataSource,
  StockPrompts,
  SymbolLookup,
  SymbolResources,
  SymbolRowsRepository,
  SymbolsRepository,
  TradeCalendarRepository,
  ...STOCK_TOOLS,
  { provide: STOCK_TOOL_LIST, inject: STOCK_TOOLS, useFactory: (...tools: StockTool[]) => tools },
];

/** Market data: query tools, resources and prompts over the datasets, and imports through REST. */
@Module({
  imports: [AuthModule, DatasetsModule, ToolsModule],
  controllers: [DatasetImportController, DatasetsController],
  providers: [...STOCK_TOOL_PROVIDERS, ResultCacheMetrics],
  exports: [DatasetsModule],
})
export class StockDataModule implements OnModuleInit {
  constructor(
    private readonly config: AppConfig,
    private readonly sources: Sources,
    private readonly source: StockDataSource,
    private readonly sample: SampleData,
  ) {}

  async onModuleInit(): Promise<void> {
    const { enabled, load_sample } = this.config.values.stock_data;
    if (!enabled) return;
    if (load_sample) await this.sample.loadWhenEmpty();
    this.sources.register(this.source);
  }
}
