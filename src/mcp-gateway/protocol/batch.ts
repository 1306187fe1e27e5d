import { JSON_RPC } from './json-rpc.js';
import { McpProtocolError } from './mcp-error.js';
import { ASSUMED_VERSION } from './protocol-era.js';

/** Most messages in one batch. */
const BATCH_MAX = 50;

/** Arrays of messages exist in MCP 2025-03-26 only. @throws McpProtocolError for another version, or too many messages. */
export function assertBatch(messages: readonly unknown[], version: unknown = ASSUMED_VERSION): void {
  if (version !== ASSUMED_VERSION) throw invalid(`batches exist in MCP ${ASSUMED_VERSION} only`);
  if (messages.length === 0 || messages.length > BATCH_MAX) throw invalid(`a batch has 1 to ${BATCH_MAX} messages`);
}

/** The answers to a batch as one; undefined when none of its messages is answered. */
export function joinAnswers(answers: readonly (string | undefined)[]): string | undefined {
  const given = answers.filter((answer) => answer !== undefined);
  return given.length > 0 ? `[${given.join(',')}]` : undefined;
}

const invalid = (reason: string) => new McpProtocolError(JSON_RPC.INVALID_REQUEST, `Invalid Request: ${reason}`, 400);
