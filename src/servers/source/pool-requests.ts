import { ClientCannot } from '../../tools/source/ask-client.js';
import type { CallContext } from '../../tools/source/call-context.js';
import { headersFor } from '../../tools/catalog/parameter-header.js';
import type { Prompt, PromptResult } from '../../tools/source/prompt.js';
import type { Completable } from '../../tools/source/completion.js';
import type { ResourceResult } from '../../tools/source/resource.js';
import type { ToolResult } from '../../tools/source/tool-source.js';
import type { JsonMembers } from '../../common/json-text/json-members.js';
import type { CallerMethod, ServerAnswer } from '../connection/relay/answers.js';
import { ServerError } from '../../tools/source/server-error.js';
import type { ToolDefinition } from '../connection/definitions.js';
import type { LoadBalancer, PoolCall } from '../pool/load-balancer.service.js';
import type { Place } from '../pool/places.js';
import type { PooledServer } from '../pool/pooled-server.js';
import { LiveCaller } from './live-caller.js';
import { recordCountOf } from './record-count.js';
import { relayedResult, textsToPassOn } from './relayed-result.js';
import { untilAnswered } from './server-rounds.js';

type IsOfferedBy = PoolCall<unknown>['isOfferedBy'];

interface PoolRequest extends Pick<PoolCall<unknown>, 'isOfferedBy' | 'isRepeatable'> {
  method: CallerMethod;
  /** What is asked for: a tool, a prompt, an address. */
  name?: string;
  params: JsonMembers;
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
    const json = argumentsJson(args, context);
    const params = { name: JSON.stringify(name), arguments: json };
    const headers = headersFor(inputSchema, args, json);
    const answer = await this.request({ method: 'tools/call', name, params, headers, isOfferedBy, isRepeatable }, context);
    const { content, structuredContent, isError, texts } = relayedResult(answer, 'content');
    return {
      content,
      ...(structuredContent !== undefined && { structuredContent }),
      ...(isError && { isError }),
      texts,
      usage: { recordCount: recordCountOf({ content, structuredContent, isError }), tableName },
    };
  }

  async read(uri: string, tableName: string, isOfferedBy: IsOfferedBy, context: CallContext): Promise<ResourceResult> {
    const params = { uri: JSON.stringify(uri) };
    const request = { method: 'resources/read', name: uri, params, isOfferedBy, isRepeatable: true } as const;
    const { content, texts } = relayedResult(await this.request(request, context), 'contents');
    const contents = content as unknown as ResourceResult['contents'];
    return { contents, texts, usage: { recordCount: contents.length, tableName } };
  }

  async getPrompt(
    name: string,
    args: Record<string, unknown>,
    isOfferedBy: IsOfferedBy,
    context: CallContext,
  ): Promise<PromptResult> {
    const params = { name: JSON.stringify(name), arguments: argumentsJson(args, context) };
    const request = { method: 'prompts/get', name, params, isOfferedBy, isRepeatable: true } as const;
    const { content, texts } = relayedResult(await this.request(request, context), 'messages');
    const messages = content as unknown as PromptResult['messages'];
    return { messages, texts, usage: { recordCount: messages.length, tableName: '' } };
  }

  /** Completes arguments of the prompt or template that `ref` names, a `ref/prompt` or `ref/resource`. */
  completer(ref: Record<string, string>, isOfferedBy: IsOfferedBy): NonNullable<Prompt['complete']> {
    return async (argument, typed, others, context): ReturnType<NonNullable<Completable['complete']>> => {
      const params = {
        ref: JSON.stringify(ref),
        argument: JSON.stringify({ name: argument, value: typed }),
        context: Object.keys(others).length > 0 ? JSON.stringify({ arguments: others }) : undefined,
      };
      const request = { method: 'completion/complete', params, isOfferedBy, isRepeatable: true } as const;
      const answer = await this.request(request, context);
      const { values } = answer.value['completion'] as { values: string[] };
      return { values, texts: textsToPassOn(answer) };
    };
  }

  private async request(
    { method, name, params, headers, isOfferedBy, isRepeatable }: PoolRequest,
    context: CallContext,
  ): Promise<ServerAnswer> {
    const { poolName } = this;
    const caller = new LiveCaller(context);
    const { signal } = context;
    try {
      return await untilAnswered(context, (input) => {
        const serverId = input?.serverId ?? context.serverId;
        const all = input ? { ...params, ...input.params } : params;
        const callerId = context.principal.userId;
        const run = (server: PooledServer, place: Place) =>
          server.call(method, { name, params: all, headers, caller, callerId, place, signal });
        return this.balancer.call({ poolName, isOfferedBy, isRepeatable, signal, serverId, callerId, run });
      });
    } catch (error) {
      throw callerErrorOf(error);
    }
  }
}

/** As the caller wrote them. */
function argumentsJson(args: Record<string, unknown>, { sent }: CallContext): string {
  const text = sent?.().arguments;
  return text?.startsWith('{') ? text : JSON.stringify(args);
}

/** MCP 2026-07-28: the server would have to ask the client for something it has not declared. */
const MISSING_CLIENT_CAPABILITY = -32021;

/** A server's error is its answer, and for the caller; that the client cannot be asked is what it is for tools of our own. */
function callerErrorOf(error: unknown): unknown {
  if (!(error instanceof ServerError) || error.code !== MISSING_CLIENT_CAPABILITY) return error;
  const data = JSON.parse(error.data ?? 'null') as { requiredCapabilities?: object | null } | null;
  return new ClientCannot(error.message, Object.keys(data?.requiredCapabilities ?? {})[0]);
}
