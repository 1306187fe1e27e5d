import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { randomUUID } from 'node:crypto';
import type { CallContext, ClientRequest } from '../../src/tools/source/call-context.js';
import { JOBS } from './fixture-tools.js';
import type { FixtureSource } from './fixture.source.js';

const META = 'io.modelcontextprotocol/';
const TASKS = `${META}tasks`;
/** Tools whose calls become tasks, and those of them that are nothing else. */
const BECOMING_TASKS = JOBS.map(({ name }) => name).filter((name) => name !== 'greet');
const TASKS_ALONE = ['failing_job', 'test_tool_with_task'];

interface Message {
  id: number | string;
  method: string;
  params: {
    name?: string;
    taskId?: string;
    arguments?: Record<string, unknown>;
    inputResponses?: Record<string, Record<string, unknown>>;
    _meta?: Record<string, { extensions?: Record<string, unknown> }>;
  };
}

/** One task: what `tasks/get` says of it beside its times. */
class Task {
  readonly id = randomUUID();
  readonly stop = new Cancellation();
  readonly createdAt = new Date().toISOString();
  readonly open = new Map<string, { request: ClientRequest; answer: (response: Record<string, unknown>) => void }>();
  end: { status: string; result?: object; error?: object } | undefined;

  /** For the tool: parks the task until the answer comes. */
  ask(request: ClientRequest): Promise<Record<string, unknown>> {
    return new Promise((answer) => this.open.set(randomUUID(), { request, answer }));
  }

  update(responses: Record<string, Record<string, unknown>>): void {
    for (const [key, response] of Object.entries(responses)) {
      this.open.get(key)?.answer(response);
      this.open.delete(key);
    }
  }

  get state(): object {
    const asked = Object.fromEntries([...this.open].map(([key, { request }]) => [key, request]));
    const waits = this.open.size > 0 ? { status: 'input_required', inputRequests: asked } : { status: 'working' };
    return { ...this.seed, ...(this.end ?? waits) };
  }

  get seed(): object {
    const lastUpdatedAt = new Date().toISOString();
    const { id: taskId, createdAt } = this;
    return { taskId, status: 'working', createdAt, lastUpdatedAt, ttlMs: 60_000, pollIntervalMs: 100 };
  }
}

/** The extension `io.modelcontextprotocol/tasks` for the fixture's jobs, which the official SDK does not have. */
export class FixtureTasks {
  private readonly tasks = new Map<string, Task>();

  constructor(private readonly source: FixtureSource) {}

  /** Undefined for what the SDK answers. */
  answer(body: string | null): { status: number; json: string } | undefined {
    const message = JSON.parse(body ?? '{}') as Message;
    const isJob = message.method === 'tools/call' && BECOMING_TASKS.includes(message.params.name!);
    if (!isJob && !message.method?.startsWith('tasks/')) return undefined;
    const { extensions } = message.params._meta?.[`${META}clientCapabilities`] ?? {};
    if (!extensions?.[TASKS]) return isJob && !TASKS_ALONE.includes(message.params.name!) ? undefined : needsTasks(message);
    return isJob ? this.begin(message) : this.about(message);
  }

  private begin(message: Message): { status: number; json: string } | undefined {
    const { name, arguments: args = {}, inputResponses } = message.params;
    // Its first round is asked as any call is.
    if (name === 'test_tool_with_task' && !inputResponses) return undefined;
    const task = new Task();
    this.tasks.set(task.id, task);
    const client = { ask: (request: ClientRequest) => task.ask(request), capabilities: { elicitation: {} }, takesRounds: false };
    const rounds = { input: { responses: inputResponses ?? {} }, capabilities: { elicitation: {} }, takesRounds: true };
    const context = {
      client: inputResponses ? rounds : client,
      cancellation: task.stop,
    } as unknown as CallContext;
    void this.source
      .tools()
      .find((tool) => tool.name === name)!
      .call(args, context)
      .then(
        ({ content, isError = false }) => (task.end ??= { status: 'completed', result: { content, isError } }),
        (error: Error) => (task.end ??= { status: 'failed', error: { code: -32603, message: error.message } }),
      );
    return result(message, { resultType: 'task', ...task.seed });
  }

  private about(message: Message): { status: number; json: string } | undefined {
    const { method, params } = message;
    const task = this.tasks.get(params.taskId ?? '');
    if (!['tasks/get', 'tasks/update', 'tasks/cancel'].includes(method)) return undefined;
    if (!task) return error(message, 200, { code: -32602, message: 'Failed to retrieve task: Task not found' });
    if (method === 'tasks/update') task.update(params.inputResponses ?? {});
    if (method === 'tasks/cancel') {
      task.end ??= { status: 'cancelled' };
      task.stop.cancel();
    }
    return result(message, { resultType: 'complete', ...(method === 'tasks/get' && task.state) });
  }
}

const needsTasks = (message: Message) =>
  error(message, 400, {
    code: -32021,
    message: 'Missing required client capability',
    data: { requiredCapabilities: { extensions: { [TASKS]: {} } } },
  });

const result = ({ id }: Message, said: object) => ({ status: 200, json: JSON.stringify({ jsonrpc: '2.0', id, result: said }) });

const error = ({ id }: Message, status: number, said: object) => ({
  status,
  json: JSON.stringify({ jsonrpc: '2.0', id, error: said }),
});
