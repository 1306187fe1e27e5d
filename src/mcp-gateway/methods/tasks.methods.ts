import { Injectable, UseGuards } from '@nestjs/common';
import { keyRequired } from '../../api-keys/verification/key-admission.service.js';
import type { Principal } from '../../auth/access/principal.js';
import { objectOf, textAt, withMembers } from '../../common/json-text/json-members.js';
import type { RecordedCall } from '../../tools/call/recorded-call.js';
import type { CatalogTool } from '../../tools/catalog/catalog-tool.js';
import { ToolCatalog } from '../../tools/catalog/tool-catalog.service.js';
import type { CallContext } from '../../tools/source/call-context.js';
import { unlessServerError } from '../../tools/source/server-error.js';
import { hasTasks, TASKS_EXTENSION, type ServerTask, type TaskMethod } from '../../tools/source/server-task.js';
import type { TaskAnswer } from '../../tools/source/tool-source.js';
import { Tasks } from '../../tools/tasks/tasks.service.js';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { McpCallers } from '../access/mcp-callers.service.js';
import { McpRateLimitGuard } from '../access/mcp-rate-limit.guard.js';
import { McpCalls } from '../context/mcp-calls.service.js';
import type { McpContext } from '../context/mcp-context.js';
import { invalidParams, missingCapabilities } from '../protocol/mcp-error.js';
import { McpMethod } from '../protocol/mcp-method.js';
import { SerializedResult } from '../protocol/serialized-result.js';

const unknownTask = () => invalidParams('there is no such task, or it has expired');
const TASKS_CAPABILITY = { extensions: { [TASKS_EXTENSION]: {} } };
const ASKED_AT_ONCE = 4;
/** Each of them is asked for at its server. */
const PAGE_SIZE = 20;

/** A task, and the tool whose call it is, which the caller may call. */
interface Found {
  task: ServerTask;
  entry: CatalogTool;
}

/** Tasks: what upstream servers answer a call with that goes on (MCP 2025-11-25, "Tasks", and the extension of MCP 2026-07-28). */
@Injectable()
@UseGuards(ApiKeyGuard, McpRateLimitGuard)
export class TasksMethods {
  constructor(
    private readonly tasks: Tasks,
    private readonly catalog: ToolCatalog,
    private readonly calls: McpCalls,
    private readonly callers: McpCallers,
  ) {}

  @McpMethod('tasks/get')
  get(context: McpContext) {
    return this.ask('tasks/get', context);
  }

  /** Waits until the task has ended. */
  @McpMethod('tasks/result')
  result(context: McpContext) {
    return this.ask('tasks/result', context);
  }

  @McpMethod('tasks/update')
  update(context: McpContext) {
    return this.ask('tasks/update', context);
  }

  @McpMethod('tasks/cancel')
  cancel(context: McpContext) {
    return this.ask('tasks/cancel', context);
  }

  /** As their servers see them now; those that a server knows no more are left out. */
  @McpMethod('tasks/list')
  async list(context: McpContext) {
    const after = context.cursor();
    if (after !== undefined && !(await this.tasks.find(context.caller, after))) throw invalidParams('unknown cursor');
    const tasks = await this.tasks.list(context.caller, {
      form: 'nested',
      limit: PAGE_SIZE,
      ...(after !== undefined && { after }),
    });
    context.keepAlive();
    const shown: (string | undefined)[] = [];
    for (let at = 0; at < tasks.length; at += ASKED_AT_ONCE)
      shown.push(...(await Promise.all(tasks.slice(at, at + ASKED_AT_ONCE).map((task) => this.shown(task, context)))));
    const now = await this.callerNow(context);
    const theirs = shown.filter((task, place) => task !== undefined && this.entryOf(tasks[place]!, now));
    const next = tasks.length === PAGE_SIZE ? `,"nextCursor":"${tasks.at(-1)!.id}"` : '';
    return new SerializedResult(`{"tasks":[${theirs.join(',')}]${next}}`);
  }

  private async ask(method: TaskMethod, context: McpContext): Promise<SerializedResult> {
    const asker = this.calls.callContext(context);
    const { task, entry } = await this.find(context, asker);
    context.keepAlive();
    const [asked] = await Promise.allSettled([entry.tool.askTask!(method, task, asker)]);
    if (!this.entryOf(task, await this.callerNow(context))) throw unknownTask();
    if (asked.status === 'rejected') throw asked.reason;
    const answer = asked.value;
    const recorded = await this.recordEnd(answer, { task, entry }, context);
    if (answer.end && 'error' in answer.end && method === 'tasks/result') throw answer.end.error;
    return new SerializedResult(withUsage(objectOf(answer.texts), recorded));
  }

  /** The key may have been revoked while its servers were waited for, or have lost the tool. @throws UNAUTHORIZED */
  private async callerNow({ exchange }: McpContext): Promise<Principal> {
    const caller = await this.callers.now(exchange);
    if (!caller) throw keyRequired();
    return caller;
  }

  private entryOf({ source, toolName }: ServerTask, caller: Principal): CatalogTool | undefined {
    return this.catalog.findOfServer(source, toolName, caller);
  }

  /** Whoever asks, for a task that is not theirs, or whose tool they may not call any more, there is none. */
  private async find(context: McpContext, { client }: CallContext): Promise<Found> {
    const { era, caller } = context;
    const form = era.modern ? 'flat' : 'nested';
    if (era.modern && !hasTasks(client.capabilities)) throw missingCapabilities(TASKS_CAPABILITY);
    const task = await this.tasks.find(caller, context.text('taskId'));
    const entry = task?.form === form ? this.entryOf(task, caller) : undefined;
    if (!task || !entry?.tool.askTask) throw unknownTask();
    return { task, entry };
  }

  private recordEnd({ end }: TaskAnswer, { task, entry }: Found, context: McpContext): Promise<RecordedCall | undefined> {
    if (!end) return Promise.resolve(undefined);
    return this.tasks.end(task, this.calls.request(context, { entry, arguments: { taskId: task.id } }), end);
  }

  /** A server that is busy or away may know the task all the same: it is not left out. */
  private async shown(task: ServerTask, context: McpContext): Promise<string | undefined> {
    const entry = this.entryOf(task, context.caller);
    const answer = await entry?.tool.askTask?.('tasks/get', task, this.calls.callContext(context)).catch(unlessServerError);
    return answer && objectOf(answer.texts);
  }
}

/** With what the end cost, for the first who hears of it. */
function withUsage(json: string, recorded: RecordedCall | undefined): string {
  if (!recorded) return json;
  const meta = textAt(['_meta'], json) ?? '{}';
  return withMembers(json, { _meta: withMembers(meta, { 'tallygate/usage': recorded.json.usage }) });
}
