import { objectOf, withMembers } from '../../common/json-text/json-members.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { FAILURES } from '../../tools/call/tool-call.js';
import type { RecordedCall } from '../../tools/call/recorded-call.js';
import { JSON_RPC } from '../protocol/json-rpc.js';
import type { McpContext } from '../context/mcp-context.js';
import { invalidParams, MCP_ERROR, McpProtocolError } from '../protocol/mcp-error.js';
import type { Era } from '../protocol/protocol-era.js';
import { SerializedResult } from '../protocol/serialized-result.js';
import { textOf } from '../../tools/source/content.js';

/**
 * The end of a read that went the way of a tool call: its content under the name the method gives it. Reads have no
 * `isError`, so that a failure is an error of the protocol. `description`: of a prompt of our own.
 */
export function readResult(
  name: 'contents' | 'messages',
  recorded: RecordedCall,
  context: McpContext,
  description?: string,
): SerializedResult {
  if (recorded.isError) throw failureOf(recorded, context);
  // What was read may be another thing the next moment, and only this caller may see it.
  const hints = context.era.modern && name === 'contents' ? { ttlMs: '0', cacheScope: '"private"' } : {};
  return new SerializedResult(withMembers(objectOf(membersOf(recorded, name, description)), hints));
}

/** What our own sources read is under the name of a tool's result; upstream servers say all of it themselves. */
function* membersOf({ json }: RecordedCall, name: string, description?: string): Generator<readonly [string, string]> {
  const { members } = json;
  if (description && !members.has(name)) yield ['description', JSON.stringify(description)];
  for (const [member, text] of members) yield [member === 'content' && !members.has(name) ? name : member, text];
}

/** One that does not exist, and one the caller may not read; the code changed with MCP 2026-07-28. */
export function unknownResource(uri: string, { modern }: Era): McpProtocolError {
  const code = modern ? JSON_RPC.INVALID_PARAMS : MCP_ERROR.RESOURCE_NOT_FOUND;
  return new McpProtocolError(code, `Resource not found: ${uri.slice(0, 256)}`, 200, { uri });
}

function failureOf(recorded: RecordedCall, { era, method, params }: McpContext): Error {
  const { errorCode = 'BACKEND_ERROR' } = recorded;
  const words = textOf(recorded);
  if (errorCode !== 'INVALID_ARGUMENTS') return new TallygateError(FAILURES[errorCode].error ?? 'BACKEND_ERROR', words);
  return method === 'resources/read' ? unknownResource(String(params['uri']), era) : invalidParams(words);
}
