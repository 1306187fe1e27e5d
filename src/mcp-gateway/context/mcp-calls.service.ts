import { Injectable } from '@nestjs/common';
import { traceContextOf, type TraceContext } from '../../telemetry/trace-context.js';
import type { ToolRequest } from '../../tools/call/tool-call.js';
import { ToolCalls, type FinishedCall } from '../../tools/call/tool-calls.service.js';
import type { RecordedCall } from '../../tools/call/recorded-call.js';
import type { CatalogTool } from '../../tools/catalog/catalog-tool.js';
import type { CallContext } from '../../tools/source/call-context.js';
import { missingCapabilities, relayedError } from '../protocol/mcp-error.js';
import { McpSessions } from '../sessions/mcp-sessions.service.js';
import { McpCallClient } from './call-client.js';
import type { McpContext } from './mcp-context.js';
import { RequestStates } from './request-states.service.js';

/** Calls as MCP asks for them and answers them: tools, reads of resources, prompts. */
@Injectable()
export class McpCalls {
  constructor(
    private readonly calls: ToolCalls,
    private readonly states: RequestStates,
    private readonly sessions: McpSessions,
  ) {}

  /**
   * Runs what the handler says is called; `toResult` says its end in the words of the method.
   * @throws McpProtocolError for parameters that are not those of a call; and what `ToolCalls.run` throws.
   */
  run(
    context: McpContext,
    called: Pick<ToolRequest, 'entry' | 'arguments'>,
    toResult: (recorded: RecordedCall) => object,
  ): Promise<FinishedCall<object>> {
    context.keepAlive();
    return this.calls.run(this.request(context, called), (recorded) => this.result(context, recorded, toResult));
  }

  /** For what is served without being a call. @throws McpProtocolError */
  callContext(context: McpContext): CallContext {
    const { caller: principal, exchange, cancellation } = context;
    const { requestId, headers } = exchange;
    return {
      principal,
      requestId,
      headers,
      sent: () => context.sent,
      trace: traceOf(context),
      client: this.client(context),
      cancellation,
    };
  }

  /** A call as the pipeline of calls takes it. */
  request(context: McpContext, called: { entry: CatalogTool; arguments: Record<string, unknown> }): ToolRequest {
    const { exchange, era, session, meta } = context;
    return {
      entry: called.entry,
      arguments: called.arguments,
      sent: called.entry.tool.isForeign && (() => context.sent),
      principal: context.caller,
      requestId: exchange.requestId,
      clientName: era.clientName ?? (session?.clientName || exchange.headers['user-agent']) ?? '',
      protocolVersion: era.version,
      transport: 'http',
      cancellation: context.cancellation,
      client: this.client(context),
      headers: exchange.headers,
      trace: traceOf(context),
      // In `_meta` for clients that cannot set headers, and in batches, whose calls share them.
      idempotencyKey: meta['tallygate/idempotencyKey'] ?? (exchange.isBatch ? undefined : exchange.headers['idempotency-key']),
    };
  }

  private client(context: McpContext): McpCallClient {
    return new McpCallClient(context, this.sessions.areOn, context.era.modern ? this.states.inputOf(context) : undefined);
  }

  /** Modern clients are asked between two rounds of a call; what the gateway remembers of it goes with the question. */
  private result(context: McpContext, recorded: RecordedCall, toResult: (recorded: RecordedCall) => object): object {
    if (recorded.serverError) throw relayedError(recorded.serverError, context.era.modern);
    if (!context.era.modern) return toResult(recorded);
    if (recorded.missingCapabilities) throw missingCapabilities(recorded.missingCapabilities);
    const { inputRequired } = recorded;
    return inputRequired ? this.states.inputRequired(inputRequired, context) : toResult(recorded);
  }
}

const traceOf = ({ meta, exchange }: McpContext): TraceContext | undefined => traceContextOf(meta, exchange.headers);
