import type { Response } from 'express';
import type { AuthenticatedRequest } from '../../auth/access/current-principal.decorator.js';
import type { Principal } from '../../auth/access/principal.js';
import { jsonObject } from '../../common/json.js';
import { textAt } from '../../common/json-text/json-members.js';
import { TallygateError } from '../../common/tallygate-error.js';
import type { IdentifiedRequest } from '../../http/front-door.js';
import { publicToolName } from '../../servers/registry/tool-name.js';
import { traceContextOf } from '../../telemetry/trace-context.js';
import { cancelledWhenGone } from '../../common/concurrency/cancellation.js';
import { FAILURES, type ToolRequest } from '../../tools/call/tool-call.js';
import type { RecordedCall } from '../../tools/call/recorded-call.js';
import type { CatalogTool } from '../../tools/catalog/catalog-tool.js';
import type { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import { SILENT_CLIENT, type SentTexts } from '../../tools/source/call-context.js';
import { textOf } from '../../tools/source/content.js';
import type { CallToolDto, ToolCallResultDto } from './tool-call.dto.js';

/**
 * The tool a REST call means: that of the source `serverId` with this name, the one it has in MCP or its server's own.
 * A tool, or a server, of which the caller may call nothing does not exist for them.
 * @throws NOT_FOUND for an unknown server, UNKNOWN_TOOL for an unknown tool of it.
 */
export function toolAt(catalog: ToolCatalog, caller: Principal, serverId: string, toolName: string): CatalogTool {
  const names = [toolName, publicToolName(serverId, toolName, true), publicToolName(serverId, toolName, false)];
  for (const name of names) {
    const found = catalog.find(name, caller);
    if (found?.source === serverId) return found;
  }
  catalog.countRefused(names, caller, serverId);
  if (catalog.visibleTo(caller).some(({ source }) => source === serverId)) {
    throw new TallygateError('UNKNOWN_TOOL', `Unknown tool: ${serverId} has no tool "${toolName}".`);
  }
  throw new TallygateError('NOT_FOUND', `Unknown server: "${serverId}". GET /tools shows where each tool is.`);
}

/** The client of calls that people make in a browser: which one it is says nothing. */
const PORTAL = 'Tallygate portal';

function sentTexts(body: string): SentTexts {
  const args = textAt(['arguments'], body);
  return { params: new Map(args === undefined ? [] : [['arguments', args]]), meta: new Map() };
}

/** The call, as it came in over REST. */
export function restToolRequest(
  request: AuthenticatedRequest,
  response: Response,
  called: Pick<ToolRequest, 'entry' | 'arguments' | 'serverId'>,
): ToolRequest {
  const { bodyText } = request as unknown as { bodyText?: string };
  const sent = () => sentTexts(bodyText ?? '{}');
  return {
    ...called,
    ...(called.entry.tool.isForeign && { sent }),
    idempotencyKey: request.headers['idempotency-key'],
    headers: request.headers,
    trace: traceContextOf(request.headers),
    principal: request.principal,
    requestId: (request as unknown as IdentifiedRequest).id,
    clientName: request.principal.session ? PORTAL : (request.headers['user-agent'] ?? ''),
    protocolVersion: '',
    transport: 'rest',
    client: SILENT_CLIENT,
    cancellation: cancelledWhenGone(response),
  };
}

/**
 * A recorded call as REST answers it: a `ToolCallResultDto` as JSON. What MCP tells an agent inside a result is an error with a
 * status here, in the same words.
 * @throws TallygateError for a call that was refused, or whose tool did not answer.
 */
export function toolCallAnswer(asked: CallToolDto, recorded: RecordedCall): string {
  const { errorCode, isError, isReplayed, json } = recorded;
  const error = errorCode && FAILURES[errorCode].error;
  if (error) throw new TallygateError(error, textOf(recorded) || 'The tool failed.');
  return jsonObject({
    server_id: JSON.stringify(asked.server_id),
    tool_name: JSON.stringify(asked.tool_name),
    content: json.members.get('content'),
    structured_content: json.members.get('structuredContent'),
    is_error: `${isError}`,
    usage: json.usage,
    replayed: isReplayed && 'true',
  } satisfies Record<keyof ToolCallResultDto, string | undefined>);
}
