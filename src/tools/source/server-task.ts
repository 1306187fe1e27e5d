import { isObject } from '../../common/json.js';
import type { CallContext } from './call-context.js';

/** The extension of MCP 2026-07-28 by which a server may answer a call with a task. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/**
 * How a task is written: `flat`, as the extension of MCP 2026-07-28 has it, whose server decides what becomes a task; `nested`, as MCP
 * 2025-11-25 has it, whose client asks for one.
 */
export type TaskForm = 'flat' | 'nested';

/** What can be asked of a task. `tasks/update` is of the flat form, `tasks/result` of the nested one. */
export type TaskMethod = 'tasks/get' | 'tasks/result' | 'tasks/update' | 'tasks/cancel';

/** A call that an upstream server works on as a task. */
export interface ServerTask {
  /** As the caller knows it, on any replica. */
  id: string;
  /** The pool of the server, and the server's own name of the tool that was called: what callers call it may change meanwhile. */
  source: string;
  toolName: string;
  serverId: string;
  /** As its server knows it. */
  serverTaskId: string;
  /** The session at the server in which it was made, if there was one: only there it may be known. */
  sessionId: string | null;
  form: TaskForm;
  createdAt: Date;
  /** Which end of it is recorded, if one is: a server may come to another one after one that cost nothing. */
  ended: 'free' | 'charged' | null;
}

/** What of a call says whether its caller takes a task. */
type AskedForTask = Pick<CallContext, 'client' | 'sent'>;

/** In which form the caller takes a task in place of this call's result; undefined for those who did not say that they do. */
export function taskFormOf({ client, sent }: AskedForTask): TaskForm | undefined {
  if (client.takesRounds) return hasTasks(client.capabilities) ? 'flat' : undefined;
  return sent?.().params.get('task')?.startsWith('{') ? 'nested' : undefined;
}

/** Why a call of a tool that runs as a task only does not run; undefined where it may. */
export function needsTaskWords({ name, needsTask }: { name: string; needsTask?: true }, call: AskedForTask): string | undefined {
  if (!needsTask || taskFormOf(call) !== undefined) return undefined;
  return `${name} runs as a task only: call it with a client of MCP 2025-11-25 that asks for tasks. REST and \`tallygate call\` do not.`;
}

/** Whether a client of MCP 2026-07-28 has declared the extension. */
export const hasTasks = ({ extensions }: Readonly<Record<string, unknown>>): boolean =>
  isObject(extensions) && isObject(extensions[TASKS_EXTENSION]);
