import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/client';
import { ClientCannot } from '../../tools/source/ask-client.js';
import type { CallContext } from '../../tools/source/call-context.js';
import { headersFor } from '../../tools/catalog/parameter-header.js';
import type { Prompt, PromptResult } from '../../tools/source/prompt.js';
import type { Completable } from '../../tools/source/completion.js';
import type { ResourceResult } from '../../tools/source/resource.js';
import { ToolInputError, type ToolResult } from '../../tools/source/tool-source.js';
import type { Conversations } from './suspended-calls.service.js';
import type { LoadBalancer, PoolCall } from '../pool/load-balancer.service.js';
import { recordCountOf, type CountedResult } from './record-count.js';
import type { UpstreamToolDefinition } from '../approval/tool-pin.js';
import type { Answer, CallerMethod } from '../connection/answer-schemas.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import type { UpstreamServer } from '../pool/pooled-server.js';

type Offers = (server: UpstreamServer) => boolean;

interface PoolRequest<Method extends CallerMethod> extends Pick<PoolCall<unknown>, 'offers' | 'isRepeatable'> {
  method: Method;
  params: Record<string, unknown>;
  headers?: Record<string, string> | undefined;
}

/** The requests of callers to the servers of one template. */
export class UpstreamRequests {
  constructor(
    private readonly templateName: string,
    private readonly balancer: LoadBalancer,
    private readonly conversations: Conversations,
  ) {}

  /** Only servers where the approved tool is this very one serve the call. */
  async callTool(
    { name, annotations, inputSchema }: UpstreamToolDefinition,
    pin: string,
    tableName: string,
    args: Record<string, unknown>,
    context: CallContext,
  ): Promise<ToolResult> {
    const isRepeatable = annotations?.['readOnlyHint'] === true || annotations?.['idempotentHint'] === true;
    const offers: Offers = ({ approved }) => approved.get(name) === pin;
    const params = { name, arguments: args };
    const headers = headersFor(inputSchema, args);
    const result = await this.perform({ method: 'tools/call', params, headers, offers, isRepeatable }, context);
    const { content, structuredContent, isError, _meta } = result;
    return {
      content,
      ...(structuredContent && { structuredContent }),
      ...(isError && { isError }),
      ...(_meta && { meta: _meta }),
      usage: { recordCount: recordCountOf(result as CountedResult), tableName },
    };
  }

  async read(uri: string, tableName: string, offers: Offers, context: CallContext): Promise<ResourceResult> {
    const request = { method: 'resources/read', params: { uri }, offers, isRepeatable: true } as const;
    const { contents, _meta } = await this.perform(request, context);
    return {
      contents: contents as ResourceResult['contents'],
      ...(_meta && { meta: _meta }),
      usage: { recordCount: contents.length, tableName },
    };
  }

  async getPrompt(name: string, args: Record<string, string>, offers: Offers, context: CallContext): Promise<PromptResult> {
    const params = { name, arguments: args };
    const { messages, _meta } = await this.perform({ method: 'prompts/get', params, offers, isRepeatable: true }, context);
    return {
      messages,
      ...(_meta && { meta: _meta }),
      usage: { recordCount: messages.length, tableName: '' },
    };
  }

  /** Helps to fill in the arguments of what `ref` names: `ref/prompt` or `ref/resource`. */
  completer(ref: Record<string, string>, offers: Offers): NonNullable<Prompt['complete']> {
    return async (argument, typed, others, context): ReturnType<NonNullable<Completable['complete']>> => {
      const params = { ref, argument: { name: argument, value: typed }, context: { arguments: others } };
      const request = { method: 'completion/complete', params, offers, isRepeatable: true } as const;
      const { values, total, hasMore } = (await this.perform(request, context)).completion;
      return { values, ...(total !== undefined && { total }), ...(hasMore !== undefined && { hasMore }) };
    };
  }

  private async perform<Method extends CallerMethod>(
    { method, params, headers, offers, isRepeatable }: PoolRequest<Method>,
    context: CallContext,
  ): Promise<Answer<Method>> {
    const { templateName } = this;
    try {
      return await this.conversations.hold<Answer<Method>>(context, (side, signal, input) => {
        const serverId = input?.serverId ?? context.serverId;
        const all = input ? { ...params, ...input.params } : params;
        const run = (server: UpstreamServer) => server.call(method, { params: all, headers, side, signal });
        return this.balancer.call({ templateName, offers, isRepeatable, signal, serverId, run });
      });
    } catch (error) {
      throw this.failureOf(error);
    }
  }

  /** What the server says of the arguments is for the caller; its other errors may name what is only the operator's. */
  private failureOf(error: unknown): unknown {
    if (!(error instanceof ProtocolError)) return error;
    const { code, message } = error;
    if (code === Number(ProtocolErrorCode.InvalidParams) || code === Number(ProtocolErrorCode.ResourceNotFound)) {
      return new ToolInputError(message);
    }
    if (code === Number(ProtocolErrorCode.MissingRequiredClientCapability)) {
      const { requiredCapabilities = {} } = (error.data ?? {}) as { requiredCapabilities?: object };
      return new ClientCannot(message, Object.keys(requiredCapabilities)[0]);
    }
    return new UpstreamFailure('refused', `A server of ${this.templateName} answered with the error ${code}.`, error);
  }
}
