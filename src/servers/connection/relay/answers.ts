import { isObject } from '../../../common/json.js';
import { unstorable } from '../../../common/storable-value.js';
import type { ClientRequest } from '../../../tools/source/call-context.js';
import type { TaskForm } from '../../../tools/source/server-task.js';
import { NotMcp } from './no-answer.js';
import type { ServerResult } from './relay.js';

// Looked at by hand: a library that copies what it checks takes seconds for an answer of some MiB, and holds up everybody meanwhile.

/** Methods that callers' requests have at servers, and what of their results has to be what the gateway takes it for. */
const CHECKS = {
  'tools/call': (result: object) => checkContent(result),
  'resources/read': (result: object) => checkItems(result, 'contents', isContents),
  'prompts/get': (result: object) => checkItems(result, 'messages', isPromptMessage),
  'completion/complete': (result: object) => checkCompletion(result),
  'tasks/get': (result: object) => checkTask(result as Members),
  'tasks/result': (result: object) => checkContent(result),
  'tasks/update': () => undefined,
  'tasks/cancel': () => undefined,
} as const;

export type CallerMethod = keyof typeof CHECKS;

/** An answer to a caller's request, and which server gave it, in which era. */
export interface ServerAnswer extends ServerResult {
  serverId: string;
  isModern: boolean;
}

/** MCP 2026-07-28, "Multi Round-Trip Requests": before it answers, the server wants these answers in another call. */
export interface InputRequiredAnswer {
  resultType: 'input_required';
  inputRequests?: Record<string, ClientRequest>;
  requestState?: string;
}

/**
 * @param taskForm in which the caller takes a task in place of a result, if they do
 * @throws NotMcp that names the member which is not what it should be
 */
export function checkAnswer(method: CallerMethod, { value }: ServerResult, taskForm?: TaskForm): void {
  if (isInputRequired(value)) return checkQuestions(method, value);
  const task = taskForm && taskIn(value, taskForm);
  if (task) return checkTask(task);
  const resultType = value['resultType'] ?? 'complete';
  if (resultType !== 'complete')
    throw new NotMcp(`"resultType" is ${JSON.stringify(resultType)?.slice(0, 40)}, which nobody asked for`);
  CHECKS[method](value);
}

/** Only what is called may be asked about, and each question has a method. */
function checkQuestions(method: CallerMethod, { inputRequests }: { inputRequests?: unknown }): void {
  if (method.startsWith('tasks/') || method === 'completion/complete')
    throw new NotMcp(`"resultType" is "input_required", which ${method} does not have`);
  if (inputRequests === undefined || inputRequests === null) return;
  const isQuestion = (question: unknown) => isObject(question) && isText(question['method']);
  if (!isObject(inputRequests) || !Object.values(inputRequests).every(isQuestion))
    throw new NotMcp('"inputRequests" is not an object of requests');
}

export const isInputRequired = (value: object): value is InputRequiredAnswer =>
  'resultType' in value && value.resultType === 'input_required';

/** The task that a server answers with in place of a result, if it does. */
export function taskIn(value: Members, form: TaskForm): Members | undefined {
  if (form === 'flat') return value['resultType'] === 'task' ? value : undefined;
  return isObject(value['task']) && value['content'] === undefined ? value['task'] : undefined;
}

type Members = Record<string, unknown>;

const TASK_ID_MAX_CHARS = 1_024;

/** What is wrong with how a server calls a task, if it cannot be kept under that. */
export function flawOfTaskId(taskId: string): string | undefined {
  if (taskId === '') return 'is empty';
  if (taskId.length > TASK_ID_MAX_CHARS) return `has more than ${TASK_ID_MAX_CHARS} characters`;
  return unstorable(taskId);
}

function checkTask(task: Members): void {
  const { taskId, status, result, error } = task;
  if (!isText(taskId)) throw new NotMcp('"taskId" is not a text');
  if (!isText(status)) throw new NotMcp('"status" is not a text');
  if (result !== undefined && !isObject(result)) throw new NotMcp('"result" is not an object');
  if (isObject(result)) checkContent(result);
  if (error !== undefined && !isObject(error)) throw new NotMcp('"error" is not an object');
}

/** A tool may give data alone; a single text is taken for a block of it. */
function checkContent(result: object): void {
  const { content } = result as { content?: unknown };
  if (content !== undefined && content !== null && typeof content !== 'string') checkItems(result, 'content', isBlock);
}

function checkItems(result: object, name: string, isItem: (item: Members) => boolean): void {
  const items = (result as Members)[name];
  if (!Array.isArray(items)) throw new NotMcp(`"${name}" is not a list`);
  const wrong = items.findIndex((item) => !isObject(item) || !isItem(item));
  if (wrong >= 0) throw new NotMcp(`"${name}[${wrong}]" is not what it should be`);
}

function checkCompletion(result: object): void {
  const { completion } = result as { completion?: unknown };
  const values = isObject(completion) ? completion['values'] : undefined;
  if (!Array.isArray(values) || !values.every(isText)) throw new NotMcp('"completion.values" is not a list of texts');
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isBlock = (item: unknown): boolean => isObject(item) && isText(item['type']);
const isContents = ({ uri, text, blob }: Members): boolean => isText(uri) && (isText(text) || isText(blob));
/** Several blocks in one message are more than MCP has, and no harm. */
const isPromptMessage = ({ role, content }: Members): boolean =>
  (role === 'user' || role === 'assistant') && [content].flat().every(isBlock);
