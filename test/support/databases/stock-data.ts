import { Cancellation } from '../../../src/common/concurrency/cancellation.js';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ClickHouse } from '../../../src/clickhouse/clickhouse.js';
import { Postgres } from '../../../src/database/postgres.js';
import { DatasetsModule } from '../../../src/stock-data/datasets/datasets.module.js';
import { STOCK_TOOL_PROVIDERS } from '../../../src/stock-data/stock-data.module.js';
import { StockDataSource } from '../../../src/stock-data/stock-data.source.js';
import { compileArguments } from '../../../src/tools/catalog/tool-arguments.js';
import { ToolInputError, type Tool, type ToolResult } from '../../../src/tools/source/tool-source.js';
import { startTestClickHouse, type TestClickHouse } from './test-clickhouse.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { textOf } from '../../../src/tools/source/content.js';

@Global()
@Module({})
class EnginesModule {
  static of(clickhouse: ClickHouse, postgres: Postgres): DynamicModule {
    const providers = [
      { provide: ClickHouse, useValue: { ...bound(clickhouse) } },
      { provide: Postgres, useValue: postgres },
    ];
    return { module: EnginesModule, providers, exports: providers };
  }
}

/** The engine outlives the application that is closed at the end of a test, so its own shutdown hook is left out. */
const bound = (clickhouse: ClickHouse) => ({
  query: clickhouse.query.bind(clickhouse),
  command: clickhouse.command.bind(clickhouse),
  insert: clickhouse.insert.bind(clickhouse),
});

/** Structured content; tests look at it where the schema says what is there. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Content = Record<string, any>;

export interface Answer {
  content: Content;
  usage: ToolResult['usage'];
}

/** The stock-data room on real engines, without listeners and without sample data. */
export class TestStockData {
  private readonly outputs = new Map<string, ValidateFunction>();

  private constructor(
    readonly engine: TestClickHouse,
    readonly database: TestDatabase,
    readonly app: TestingModule,
  ) {}

  static async start(): Promise<TestStockData> {
    const [engine, database] = await Promise.all([startTestClickHouse(), createTestDatabase()]);
    return new TestStockData(engine, database, await openStockData(engine, database));
  }

  get source(): StockDataSource {
    return this.app.get(StockDataSource);
  }

  tool(name: string): Tool | undefined {
    return this.source.tools().find((tool) => tool.name === name);
  }

  /** Calls a tool, holds the answer against the tool's own output schema, and returns it. */
  async ask(name: string, args: Record<string, unknown> = {}): Promise<Answer> {
    const { content, structuredContent, usage } = await this.call(name, args);
    const validate = this.outputs.get(name) ?? new Ajv2020({ strict: false }).compile(this.tool(name)!.outputSchema!);
    this.outputs.set(name, validate);
    if (!validate(structuredContent)) throw new Error(`${name} broke its output schema: ${JSON.stringify(validate.errors)}`);
    if (textOf({ content }) !== JSON.stringify(structuredContent)) throw new Error(`${name} says different things`);
    return { content: structuredContent as Content, usage };
  }

  /** Why a call is refused, in the words the caller sees. */
  refused(name: string, args: Record<string, unknown>): Promise<string> {
    return this.call(name, args).then(
      () => 'answered',
      (error: unknown) => (error instanceof ToolInputError ? error.message : `not an input error: ${String(error)}`),
    );
  }

  /** Calls a tool as the runner does. @throws Error saying which argument the schema refuses. */
  async call(name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
    const tool = this.tool(name)!;
    const problem = compileArguments(tool.inputSchema)(args);
    if (problem) throw new Error(problem);
    return tool.call(args, { cancellation: new Cancellation() } as never);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.engine.stop();
    await this.database.drop();
  }
}

/** One more process' worth of the room on the same engines. */
export async function openStockData(engine: TestClickHouse, database: TestDatabase): Promise<TestingModule> {
  const imports = [EnginesModule.of(engine.clickhouse, database.postgres), DatasetsModule];
  const module = await Test.createTestingModule({ imports, providers: STOCK_TOOL_PROVIDERS }).compile();
  return module.init();
}
