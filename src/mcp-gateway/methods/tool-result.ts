import { jsonObject } from '../../common/json.js';
import type { RecordedCall } from '../../tools/call/recorded-call.js';
import type { Era } from '../protocol/protocol-era.js';

/**
 * The result of a tool's call, as JSON. Its data may be any value since MCP 2026-07-28; clients of before refuse the whole result for
 * what is no object, so that they get it as text, unless the tool says it in its content.
 */
export function resultIn({ json, isError }: RecordedCall, { modern }: Era): string {
  const { result, content, structuredContent, others, meta } = json;
  if (modern || structuredContent === undefined || structuredContent.startsWith('{')) return result;
  const said = content === '[]' ? JSON.stringify([{ type: 'text', text: structuredContent }]) : content;
  return jsonObject({ content: said, isError: isError ? 'true' : undefined, ...others, _meta: meta });
}
