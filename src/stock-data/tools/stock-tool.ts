import type { CallContext } from '../../tools/source/call-context.js';
import type { JsonSchema, Tool, ToolResult } from '../../tools/source/tool-source.js';
import type { Dataset } from '../datasets/dataset.js';
import type { ResultCache } from '../queries/result-cache.js';

export interface StockAnswer {
  /** Rows returned, for the usage record. */
  records: number;
  /** The structured content; fits `output`. */
  content: Record<string, unknown>;
  /** The table read, if it is not always that of `dataset`. */
  table?: string;
}

/** A tool of this room, without what all of them share; see `asTool`. */
export interface StockTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The dataset it reads; the tool is listed only while that has rows. Absent: always listed. */
  readonly dataset?: Dataset;
  /** Credits for one call. */
  readonly price: number;
  readonly input: { properties: Record<string, object>; required?: readonly string[] };
  /** Properties of the answer; all of them are always present. */
  readonly output: Record<string, object>;
  /** @throws ToolInputError saying what to do instead */
  run(args: Record<string, unknown>, signal: AbortSignal): Promise<StockAnswer>;
}

/** The price of every market data tool; those that only describe the data are free. */
export const QUERY_PRICE = 1;

const ANNOTATIONS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };

/** The tool in the catalog's form, with strict schemas, annotations and cached results. */
export function asTool(tool: StockTool, cache: ResultCache): Tool {
  const { name, title, description, price, input, output } = tool;
  const tableName = tool.dataset?.table ?? '';
  const call = (args: Record<string, unknown>, context: CallContext) =>
    cache.get(name, args, async () => resultOf(await tool.run(args, context.cancellation.signal), tableName));
  return {
    name,
    title,
    description,
    price,
    tableName,
    inputSchema: { type: 'object', ...input, additionalProperties: false } as JsonSchema,
    outputSchema: { type: 'object', properties: output, required: Object.keys(output), additionalProperties: false },
    annotations: ANNOTATIONS,
    call,
  };
}

/** Clients that do not read structured content get the same as text. */
function resultOf({ records, content, table }: StockAnswer, tableName: string): ToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(content) }],
    structuredContent: content,
    usage: { recordCount: records, tableName: table ?? tableName },
  };
}
