import { isObject } from '../../common/json.js';
import { ForwardingClient } from '../../tools/rounds/forwarding-client.js';
import type { CallClient, ClientRequest } from '../../tools/source/call-context.js';
import { RELATED_TASK } from './relayed-task.js';

/** The client of whoever waits for the result of a task, which asks under the id that the caller knows. */
export class TaskClient extends ForwardingClient {
  readonly ask?: NonNullable<CallClient['ask']>;

  constructor(
    protected readonly client: CallClient,
    taskId: string,
  ) {
    super();
    const { ask } = client;
    if (ask) this.ask = (request) => ask(underId(taskId, request));
  }
}

function underId(taskId: string, { method, params }: ClientRequest): ClientRequest {
  const { _meta: meta } = params;
  if (!isObject(meta) || meta[RELATED_TASK] === undefined) return { method, params };
  return { method, params: { ...params, _meta: { ...meta, [RELATED_TASK]: { taskId } } } };
}
