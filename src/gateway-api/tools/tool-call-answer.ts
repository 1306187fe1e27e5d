import { TallygateError, type ErrorCode } from '../../common/tallygate-error.js';
import type { ToolCall, ToolErrorCode } from '../../tools/call/tool-call.js';
import type { RecordedResult } from '../../tools/call/usage-record.js';
import type { CallToolDto, ToolCallResultDto } from './tool-call.dto.js';
import { textOf } from '../../tools/source/content.js';

/** What REST calls an outcome. Null: an answer like any other, since the tool ran and has something to say. */
const ERROR_OF: Record<ToolErrorCode, ErrorCode | null> = {
  INVALID_ARGUMENTS: 'INVALID_INPUT',
  TOOL_ERROR: null,
  BACKEND_ERROR: 'BACKEND_ERROR',
  TIMEOUT: 'BACKEND_TIMEOUT',
  // The caller has gone; nobody reads it.
  CANCELLED: 'BAD_REQUEST',
  REFUSED: 'INSUFFICIENT_CREDITS',
  INPUT_REQUIRED: null, // over REST nobody is asked
};

/**
 * A recorded call as REST answers it. What MCP tells an agent inside a result is an error with a status here, in the
 * same words.
 * @throws TallygateError for a call that was refused, or whose tool did not answer.
 */
export function toolCallAnswer(asked: CallToolDto, call: ToolCall, result: RecordedResult): ToolCallResultDto {
  const error = call.errorCode && ERROR_OF[call.errorCode];
  if (error) throw new TallygateError(error, textOf(result) || 'The tool failed.');
  return {
    server_id: asked.server_id,
    tool_name: asked.tool_name,
    content: result.content,
    ...(result.structuredContent && { structured_content: result.structuredContent }),
    is_error: result.isError ?? false,
    usage: result._meta['tallygate/usage'],
    ...(result._meta['tallygate/replayed'] && { replayed: true }),
  };
}
