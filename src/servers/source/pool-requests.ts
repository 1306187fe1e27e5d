import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/client';
import { ClientCannot } from '../../tools/source/ask-client.js';
import type { CallContext } from '../../tools/source/call-context.js';
import { headersFor } from '../../tools/catalog/parameter-header.js';
import type { Prompt, PromptResult } from '../../tools/source/prompt.js';
import type { Completable } from '../../tools/source/completion.js';
import type { ResourceResult } from '../../tools/source/resource.js';
import { ToolInputError, type ToolResult } from '../../tools/source/tool-source.js';
import type { Answer, CallerMethod } from '../connection/answer-schemas.js';
import type { ToolDefinition } from '../connection/offered-lists.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import type { LoadBalancer, PoolCall } from '../pool/load-balancer.service.js';
import type { Place } from '../pool/places.js';
import type { PooledServer } from '../pool/pooled-server.js';
import { LiveCaller } from './live-caller.js';
import { recordCountOf, type CountedResult } from './record-count.js';
import { untilAnswered } from './server-rounds.js';

type IsOfferedBy = PoolCall<unknown>['isOfferedBy'];

interface PoolRequest<Method extends CallerMethod> extends Pick<PoolCall<unknown>, 'isOfferedBy' | 'isRepeatable'> {
  method: Method;
  params: Record<string, unknown>;
  headers?: Record<string, string> | undefined;
}

/** The requests of callers to the servers of one pool. */
export class PoolRequests {
  constructor(
    private readonly poolName: string,
    private readonly balancer: LoadBalancer,
  ) {}

  /** Only servers where exactly this tool is approved get the call, which its pin says. */
  async callTool(
    { name, annotations, inputSchema }: ToolDefinition,
    pin: string,
    tableName: string,
    args: Record<string, unknown>,
    context: CallContext,
  ): Promise<ToolResult> {
    const isRepeatable = annotations?.['readOnlyHint'] === true || annotations?.['idempotentHint'] === true;
    const isOfferedBy: IsOfferedBy = ({ approved }) => approved.get(name) === pin;
    const params = { name, arguments: args };
    const headers = headersFor(inputSchema, args);
    const result = await this.request({ method: 'tools/call', params, headers, isOfferedBy, isRepeatable }, context);
    const { content, structuredContent, isError, _meta } = result;
    return {
      content,
      ...(structuredContent && { structuredContent }),
      ...(isError && { isError }),
      ...(_meta && { meta: withoutOurs(_meta) }),
      usage: { recordCount: recordCountOf(result as CountedResult), tableName },
    };
  }

  async read(uri: string, tableName: string, isOfferedBy: IsOfferedBy, context: CallContext): Promise<ResourceResult> {
    const request = { method: 'resources/read', params: { uri }, isOfferedBy, isRepeatable: true } as const;
    const { contents, _meta } = await this.request(request, context);
    return {
      contents: contents as ResourceResult['contents'],
      ...(_meta && { meta: withoutOurs(_meta) }),
      usage: { recordCount: contents.length, tableName },
    };
  }

  async getPrompt(
    name: string,
    args: Record<string, string>,
    isOfferedBy: IsOfferedBy,
    context: CallContext,
  ): Promise<PromptResult> {
    const params = { name, arguments: args };
    const { messages, _meta } = await this.request({ method: 'prompts/get', params, isOfferedBy, isRepeatable: true }, context);
    return {
      messages,
      ...(_meta && { meta: withoutOurs(_meta) }),
      usage: { recordCount: messages.length, tableName: '' },
    };
  }

  /** Completes arguments of the prompt or template that `ref` names, a `ref/prompt` or `ref/resource`. */
  completer(ref: Record<string, string>, isOfferedBy: IsOfferedBy): NonNullable<Prompt['complete']> {
    return async (argument, typed, others, context): ReturnType<NonNullable<Completable['complete']>> => {
      const params = { ref, argument: { name: argument, value: typed }, context: { arguments: others } };
      const request = { method: 'completion/complete', params, isOfferedBy, isRepeatable: true } as const;
      const { values, total, hasMore } = (await this.request(request, context)).completion;
      return { values, ...(total !== undefined && { total }), ...(hasMore !== undefined && { hasMore }) };
    };
  }

  private async request<Method extends CallerMethod>(
    { method, params, headers, isOfferedBy, isRepeatable }: PoolRequest<Method>,
    context: CallContext,
  ): Promise<Answer<Method>> {
    const { poolName } = this;
    const caller = new LiveCaller(context);
    const { signal } = context;
    try {
      return await untilAnswered<Answer<Method>>(context, (input) => {
        const serverId = input?.serverId ?? context.serverId;
        const all = input ? { ...params, ...input.params } : params;
        const callerId = context.principal.userId;
        const run = (server: PooledServer, place: Place) =>
          server.call(method, { params: all, headers, caller, callerId, place, signal });
        return this.balancer.call({ poolName, isOfferedBy, isRepeatable, signal, serverId, callerId, run });
      });
    } catch (error) {
      throw this.callerErrorOf(error);
    }
  }

  /** Errors about the arguments are for the caller. Others may tell what only the operator should know: of those, the code. */
  private callerErrorOf(error: unknown): unknown {
    if (!(error instanceof ProtocolError)) return error;
    const { code, message } = error;
    if (code === Number(ProtocolErrorCode.InvalidParams) || code === Number(ProtocolErrorCode.ResourceNotFound)) {
      return new ToolInputError(message);
    }
    if (code === Number(ProtocolErrorCode.MissingRequiredClientCapability)) {
      const { requiredCapabilities = {} } = (error.data ?? {}) as { requiredCapabilities?: object };
      return new ClientCannot(message, Object.keys(requiredCapabilities)[0]);
    }
    return new UpstreamFailure('refused', `A server of ${this.poolName} answered with the error ${code}.`, error);
  }
}

/** Without members in the gateway's name: no server says what a call cost, or that its answer was kept. */
const withoutOurs = (meta: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(meta).filter(([name]) => !name.startsWith('tallygate/')));
