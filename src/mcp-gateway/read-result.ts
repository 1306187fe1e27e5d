import type { RecordedResult } from '../tools/usage-record.js';
import { JSON_RPC } from './json-rpc.js';
import type { McpContext } from './mcp-context.js';
import { MCP_ERROR, McpProtocolError } from './mcp-error.js';

/**
 * The end of a read that went the way of a tool call: its content under the name the method gives it. Reads have no
 * `isError`, so that a failure is an error of the protocol.
 */
export function readResult(name: 'contents' | 'messages', result: RecordedResult, { era, toolCall }: McpContext): object {
  if (result.inputRequired) return result;
  if (result.isError) throw failureOf(String(result.content[0]?.['text' as never]), toolCall?.errorCode);
  // What was read may be another thing the next moment, and only this caller may see it.
  const hints = era.modern && name === 'contents' ? { ttlMs: 0, cacheScope: 'private' } : {};
  return { [name]: result.content, ...hints, _meta: result._meta };
}

function failureOf(words: string, errorCode: string | undefined): McpProtocolError {
  if (errorCode === 'INVALID_ARGUMENTS') return new McpProtocolError(JSON_RPC.INVALID_PARAMS, words, 200);
  if (errorCode === 'REFUSED') return new McpProtocolError(MCP_ERROR.UNAVAILABLE, words, 200);
  return new McpProtocolError(JSON_RPC.INTERNAL_ERROR, words, 200);
}
