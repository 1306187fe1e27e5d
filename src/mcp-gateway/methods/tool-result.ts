import { objectOf } from '../../common/json-text/json-members.js';
import type { RecordedCall } from '../../tools/call/recorded-call.js';
import type { Era } from '../protocol/protocol-era.js';

/**
 * The result of a tool's call, as JSON. Its data may be any value since MCP 2026-07-28; clients of before refuse the whole result for
 * what is no object, so that they get it as text, unless the tool says it in its content.
 */
export function resultIn({ json }: RecordedCall, { modern }: Era): string {
  const data = json.members.get('structuredContent');
  if (modern || data === undefined || data.startsWith('{')) return json.result;
  const members = new Map(json.members);
  members.delete('structuredContent');
  if (members.get('content') === '[]') members.set('content', JSON.stringify([{ type: 'text', text: data }]));
  return objectOf(members);
}
