import { Cancellation } from '../../common/concurrency/cancellation.js';
import { ClientCannot, whyUnaskable } from '../../tools/source/ask-client.js';
import { SILENT_CLIENT, type CallContext } from '../../tools/source/call-context.js';
import { headersFor } from '../../tools/catalog/parameter-header.js';
import type { Prompt, PromptResult } from '../../tools/source/prompt.js';
import type { Completable } from '../../tools/source/completion.js';
import type { ResourceResult } from '../../tools/source/resource.js';
import { taskFormOf, type ServerTask, type TaskForm, type TaskMethod } from '../../tools/source/server-task.js';
import type { TaskAnswer, ToolResult } from '../../tools/source/tool-source.js';
import type { BegunTask, Tasks } from '../../tools/tasks/tasks.service.js';
import type { JsonMembers } from '../../common/json-text/json-members.js';
import { flawOfTaskId, taskIn, type CallerMethod, type ServerAnswer } from '../connection/relay/answers.js';
import { ServerError } from '../../tools/source/server-error.js';
import type { ToolDefinition } from '../connection/definitions.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import type { LoadBalancer, PoolCall } from '../pool/load-balancer.service.js';
import type { FixedArguments } from '../tool-changes/fixed-arguments.js';
import type { Place } from '../pool/places.js';
import type { PooledServer } from '../pool/pooled-server.js';
import { LiveCaller } from './live-caller.js';
import { relayedResult, textsToPassOn, toolResultOf } from './relayed-result.js';
import { taskAnswer, taskResult } from './relayed-task.js';
import { untilAnswered } from './server-rounds.js';
import { TaskClient } from './task-client.js';

type IsOfferedBy = PoolCall<unknown>['isOfferedBy'];

interface PoolRequest extends Pick<PoolCall<unknown>, 'isOfferedBy' | 'isRepeatable'> {
  method: CallerMethod;
  /** What is asked for: a tool, a prompt, an address. */
  name?: string;
  params: JsonMembers;
  headers?: Record<string, string> | undefined;
  taskForm?: TaskForm | undefined;
  sessionId?: string | undefined;
}

/** A tool that is called: as its server defines it, and what its operator makes of it. */
export interface CalledTool {
  definition: ToolDefinition;
  /** Only servers where exactly this is approved get the call. */
  pin: string;
  /** Under which its calls are recorded. */
  tableName: string;
  fixed?: FixedArguments | undefined;
}

/** The requests of callers to the servers of one pool. */
export class PoolRequests {
  constructor(
    private readonly poolName: string,
    private readonly balancer: LoadBalancer,
    private readonly tasks: Tasks,
  ) {}

  async callTool(
    { definition: { name, annotations, inputSchema }, pin, tableName, fixed }: CalledTool,
    given: Record<string, unknown>,
    context: CallContext,
  ): Promise<ToolResult> {
    const sent = { args: given, json: argumentsJson(given, context) };
    const { args, json } = fixed ? fixed.before(sent) : sent;
    const isRepeatable = annotations?.['readOnlyHint'] === true || annotations?.['idempotentHint'] === true;
    const isOfferedBy: IsOfferedBy = ({ approved }) => approved.get(name) === pin;
    const taskForm = taskFormOf(context);
    const task = taskForm === 'nested' ? context.sent?.().params.get('task') : undefined;
    const params = { name: JSON.stringify(name), arguments: json, task };
    const headers = headersFor(inputSchema, args, json);
    const request = { method: 'tools/call', name, params, headers, isOfferedBy, isRepeatable, taskForm } as const;
    const answer = await this.asCall(request, context);
    const made = taskForm && taskIn(answer.value, taskForm);
    if (!made) return toolResultOf(answer, tableName);
    const ttlMs = made[taskForm === 'flat' ? 'ttlMs' : 'ttl'];
    const begun = {
      source: this.poolName,
      toolName: name,
      serverId: answer.serverId,
      serverTaskId: made['taskId'] as string,
      sessionId: answer.sessionId ?? null,
      form: taskForm,
      ttlMs: typeof ttlMs === 'number' ? ttlMs : null,
    };
    const id = await this.keep(begun, isOfferedBy, context);
    return taskResult(answer, { id, form: taskForm }, tableName);
  }

  /** For what nobody can ask for, its server need not work. @throws UpstreamFailure for an odd id; when the call was given up meanwhile */
  private async keep(task: BegunTask, isOfferedBy: IsOfferedBy, context: CallContext): Promise<string> {
    const { principal, cancellation } = context;
    try {
      const flaw = flawOfTaskId(task.serverTaskId);
      if (flaw) throw new UpstreamFailure('protocol', `The server made a task whose "taskId" ${flaw}.`);
      if (cancellation.reason) throw cancellation.reason;
      const id = await this.tasks.begin(principal, task);
      if (!cancellation.reason) return id;
      await this.tasks.forget(id);
      throw cancellation.reason;
    } catch (error) {
      // Whoever called may be gone. If it cannot be said, the task ends by itself.
      const cancellation = new Cancellation();
      const onItsOwn = {
        ...context,
        cancellation,
        client: SILENT_CLIENT,
        onEffect: () => undefined,
      };
      this.aboutTask('tasks/cancel', task, isOfferedBy, onItsOwn).catch(() => undefined);
      throw error;
    }
  }

  /** Asks the server that works on the task. @throws ServerError, UpstreamFailure */
  async askTask(
    method: TaskMethod,
    { definition: { name }, tableName }: CalledTool,
    task: ServerTask,
    context: CallContext,
  ): Promise<TaskAnswer> {
    const asker = { ...context, client: new TaskClient(context.client, task.id) };
    const isOfferedBy: IsOfferedBy = ({ approved }) => approved.has(name);
    const ask = async (method: TaskMethod): Promise<TaskAnswer> =>
      taskAnswer(method, await this.aboutTask(method, task, isOfferedBy, asker), task, tableName);
    if (method !== 'tasks/result') return ask(method);
    return ask(method).catch(async (error: unknown) => {
      // The task's own error, or one about the question: only its state tells them apart.
      if (!(error instanceof ServerError)) throw error;
      const { texts } = await ask('tasks/get');
      if (texts.get('status') !== '"failed"') throw error;
      return { texts: new Map(), end: { error } };
    });
  }

  /** Of the server that made it, in the session it was made in. */
  private aboutTask(
    method: TaskMethod,
    { serverId, serverTaskId: name, sessionId }: Pick<ServerTask, 'serverId' | 'serverTaskId' | 'sessionId'>,
    isOfferedBy: IsOfferedBy,
    context: CallContext,
  ): Promise<ServerAnswer> {
    const inputResponses = method === 'tasks/update' ? context.sent?.().params.get('inputResponses') : undefined;
    const params = { taskId: JSON.stringify(name), inputResponses };
    const request = {
      method,
      name,
      params,
      sessionId: sessionId ?? undefined,
      isOfferedBy,
      isRepeatable: method === 'tasks/get',
    };
    return this.request(request, { ...context, serverId });
  }

  async read(uri: string, tableName: string, isOfferedBy: IsOfferedBy, context: CallContext): Promise<ResourceResult> {
    const params = { uri: JSON.stringify(uri) };
    const request = { method: 'resources/read', name: uri, params, isOfferedBy, isRepeatable: true } as const;
    const { content, texts } = relayedResult(await this.asCall(request, context), 'contents');
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
    const { content, texts } = relayedResult(await this.asCall(request, context), 'messages');
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

  /** Of what is run as a call, which ends in its own way where the client cannot be asked. */
  private asCall(request: PoolRequest, context: CallContext): Promise<ServerAnswer> {
    return this.request(request, context).catch((error: unknown) => {
      throw callErrorOf(error, context);
    });
  }

  private request(request: PoolRequest, context: CallContext): Promise<ServerAnswer> {
    const { method, name, params, headers, taskForm, sessionId, isOfferedBy, isRepeatable } = request;
    const { poolName } = this;
    const caller = new LiveCaller(context);
    const { cancellation } = context;
    return untilAnswered(context, (input) => {
      const serverId = input?.serverId ?? context.serverId;
      const all = input ? { ...params, ...input.params } : params;
      const callerId = context.principal.userId;
      const run = (server: PooledServer, place: Place) =>
        server.call(method, { name, params: all, headers, taskForm, sessionId, caller, callerId, place, cancellation });
      return this.balancer.call({ poolName, isOfferedBy, isRepeatable, cancellation, serverId, callerId, run });
    });
  }
}

/** As the caller wrote them. */
function argumentsJson(args: Record<string, unknown>, { sent }: CallContext): string {
  const text = sent?.().params.get('arguments');
  return text?.startsWith('{') ? text : JSON.stringify(args);
}

/** MCP 2026-07-28: the server would have to ask the client for something it has not declared. */
const MISSING_CLIENT_CAPABILITY = -32021;

/** A server's error is its answer, and for the caller; that the client cannot be asked is what it is for tools of our own. */
function callErrorOf(error: unknown, { client }: CallContext): unknown {
  if (!(error instanceof ServerError) || error.code !== MISSING_CLIENT_CAPABILITY) return error;
  const data = JSON.parse(error.data ?? 'null') as { requiredCapabilities?: Record<string, unknown> | null } | null;
  const why = whyUnaskable(client);
  return new ClientCannot(why === undefined ? error.message : `${error.message} ${why}`, data?.requiredCapabilities ?? {});
}
