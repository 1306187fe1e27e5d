import type { ResourceResult } from '../../tools/source/resource.js';
import type { ResultCache } from '../queries/result-cache.js';
import type { StockAnswer } from '../tools/stock-tool.js';
import { textOf } from '../../tools/source/content.js';

/** A JSON resource, cached while the data does not change. `table` is the table that its reads are recorded under. */
export async function jsonResource(
  uri: string,
  cache: ResultCache,
  table: string,
  make: () => Promise<StockAnswer>,
): Promise<ResourceResult> {
  const { content, usage } = await cache.get('resources/read', { uri }, async () => {
    const { records, content } = await make();
    return { content: [{ type: 'text', text: JSON.stringify(content) }], usage: { recordCount: records, tableName: table } };
  });
  return { contents: [{ uri, mimeType: 'application/json', text: textOf({ content }) }], usage };
}
