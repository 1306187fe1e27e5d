import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { map, type Observable } from 'rxjs';
import type { AuthenticatedRequest } from '../../auth/access/current-principal.decorator.js';
import type { IdentifiedRequest } from '../../http/request-id.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { traceContextOf } from '../../telemetry/trace-context.js';
import { RestValidationPipe } from '../../rest/validation.pipe.js';
import { ServerRegistry } from '../../servers/registry/server-registry.service.js';
import { cancelledWhenGone } from '../../tools/call/cancellation.js';
import { SILENT_CLIENT } from '../../tools/source/call-context.js';
import type { ToolCall, ToolRequest } from '../../tools/call/tool-call.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import type { ToolCallCarrier } from '../../tools/call/usage.interceptor.js';
import type { RecordedResult } from '../../tools/call/usage-record.js';
import { toolAt } from './tool-address.js';
import { toolCallAnswer } from './tool-call-answer.js';
import { CallToolDto, type ToolCallResultDto } from './tool-call.dto.js';

/** An Express request that carries a tool call; what the handler of `POST /tools/call` reads. */
export interface ToolCallRequest extends AuthenticatedRequest, ToolCallCarrier {
  toolCall: ToolCall;
}

const CLIENT_NAME_MAX = 100;

/**
 * Stands around `UsageInterceptor`: puts a REST call into the form that is metered on both listeners, and answers its
 * end in the way of REST. Validates the body itself, since pipes run behind all interceptors.
 */
@Injectable()
export class ToolCallInterceptor implements NestInterceptor<RecordedResult, ToolCallResultDto> {
  private readonly validation = new RestValidationPipe();

  constructor(
    private readonly catalog: ToolCatalog,
    private readonly servers: ServerRegistry,
  ) {}

  /** @throws VALIDATION_ERROR, NOT_FOUND for a server, UNKNOWN_TOOL; and what `toolCallAnswer` throws. */
  async intercept(execution: ExecutionContext, next: CallHandler<RecordedResult>): Promise<Observable<ToolCallResultDto>> {
    const http = execution.switchToHttp();
    const request = http.getRequest<ToolCallRequest>();
    const asked = (await this.validation.transform(request.body, { type: 'body', metatype: CallToolDto })) as CallToolDto;
    // One registered server, or a pool, or a built-in source: all of them are a `server_id`.
    const server = this.servers.find(asked.server_id);
    const { tool } = toolAt(this.catalog, request.principal, server?.templateName ?? asked.server_id, asked.tool_name);
    const toolRequest = restToolRequest(request, http.getResponse<Response>(), tool.name, asked.arguments ?? {});
    request.toolRequest = () => (server ? { ...toolRequest, serverId: server.id } : toolRequest);
    return next.handle().pipe(map((result) => toolCallAnswer(asked, request.toolCall, result)));
  }
}

function restToolRequest(request: ToolCallRequest, response: Response, name: string, args: Record<string, unknown>): ToolRequest {
  return {
    name,
    arguments: args,
    idempotencyKey: idempotencyKeyOf(request),
    trace: traceContextOf(request.headers),
    principal: request.principal,
    requestId: (request as unknown as IdentifiedRequest).id,
    clientName: (request.headers['user-agent'] ?? '').slice(0, CLIENT_NAME_MAX),
    protocolVersion: '',
    transport: 'rest',
    client: SILENT_CLIENT,
    cancellation: cancelledWhenGone(response),
  };
}

/** The same rule as on MCP. */
function idempotencyKeyOf({ headers }: ToolCallRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new TallygateError('BAD_REQUEST', 'Idempotency-Key must be 1 to 200 visible ASCII characters.');
}
