import { isObject } from '../../common/json.js';
import { membersOf, objectOf, withMembers } from '../../common/json-text/json-members.js';
import { ServerError } from '../../tools/source/server-error.js';
import type { ServerTask, TaskForm, TaskMethod } from '../../tools/source/server-task.js';
import type { TaskAnswer, TaskEnd, ToolResult } from '../../tools/source/tool-source.js';
import type { ServerAnswer } from '../connection/relay/answers.js';
import { textsToPassOn, toolResultOf } from './relayed-result.js';

/** By which messages say to which task they belong; MCP 2025-11-25, "Associating Task-Related Messages". */
export const RELATED_TASK = 'io.modelcontextprotocol/related-task';
/** What the gateway says itself of an answer about a task; how long a task is kept is its server's to say. */
const SAID_ANEW = ['resultType', 'cacheScope'];
/** Of a call whose result is a task: what came of it is given with its end alone, which may be what is charged. */
const NOT_YET = ['result', 'error', 'content', 'structuredContent'];

/** A call's result that is a task, under the id that the caller knows it by. */
export function taskResult(answer: ServerAnswer, { id, form }: Pick<ServerTask, 'id' | 'form'>, tableName: string): ToolResult {
  const texts = textsToPassOn(answer, [...SAID_ANEW, ...NOT_YET]);
  const known = JSON.stringify(id);
  if (form === 'nested') texts.set('task', nestedTask(texts.get('task')!, known));
  else texts.set('resultType', '"task"').set('taskId', known);
  return { content: [], texts, isTask: true, usage: { recordCount: 0, tableName } };
}

function nestedTask(json: string, id: string): string {
  const members = membersOf(json);
  for (const member of NOT_YET) members.delete(member);
  return objectOf(members.set('taskId', id));
}

/** What a server answered about a task, under the id that the caller knows it by, and how the task ended, if this says it. */
export function taskAnswer(method: TaskMethod, answer: ServerAnswer, task: ServerTask, tableName: string): TaskAnswer {
  if (method === 'tasks/result') return resultOfTask(answer, task, tableName);
  const texts = textsToPassOn(answer, SAID_ANEW);
  if (texts.has('taskId')) texts.set('taskId', JSON.stringify(task.id));
  const end = endIn(method, answer, task.form, texts, tableName);
  // In whatever state the server says it is, nobody gets more than what belongs to the end that is recorded.
  if (!end || !('error' in end)) texts.delete('error');
  if (end && 'result' in end) texts.set('result', objectOf(end.result.texts!));
  else texts.delete('result');
  return { texts, ...(end && { end }) };
}

function resultOfTask(answer: ServerAnswer, { id }: ServerTask, tableName: string): TaskAnswer {
  const result = toolResultOf(answer, tableName);
  const related = { [RELATED_TASK]: JSON.stringify({ taskId: id }) };
  const texts = new Map(result.texts).set('_meta', withMembers(result.texts!.get('_meta') ?? '{}', related));
  return { texts, end: { result: { ...result, texts } } };
}

/** In the nested form `tasks/result` says how a task ended that was not cancelled, in the flat form `tasks/get`. */
function endIn(
  method: TaskMethod,
  { value, isModern }: ServerAnswer,
  form: TaskForm,
  texts: ReadonlyMap<string, string>,
  tableName: string,
): TaskEnd | undefined {
  const { status, result, error } = value;
  if (status === 'cancelled') return { isCancelled: true };
  if (form === 'nested' || method !== 'tasks/get') return undefined;
  if (status === 'failed') return { error: ServerError.of(error ?? 'The task failed.', texts.get('error') ?? '""') };
  if (status !== 'completed' || !isObject(result)) return undefined;
  return { result: toolResultOf({ value: result, json: texts.get('result')!, isModern, serverId: '' }, tableName) };
}
