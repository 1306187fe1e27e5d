import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ServerTask, TaskMethod } from '../../src/tools/source/server-task.js';
import type { BegunTask, Tasks } from '../../src/tools/tasks/tasks.service.js';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { eventually } from '../support/eventually.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const odd = { transport: 'http', url: '${config.url}', config, timeout_seconds: 1, connect_timeout_seconds: 0.5, concurrency: 1 };
/** Of a caller of MCP 2025-11-25 who takes a task. */
const sent = { params: new Map([['task', '{}']]), meta: new Map<string, string>() };
let upstream: OddUpstream;
let rig: UpstreamRig;
/** Kept, and not any more. */
let forgotten: string[];
/** Where tasks are kept. */
let begin: Tasks['begin'];

beforeEach(async () => {
  forgotten = [];
  upstream = await new OddUpstream('legacy').start();
  rig = new UpstreamRig({ odd }, undefined, {
    tasks: { begin: (...task) => begin(...task), forget: async (id) => void forgotten.push(id) },
  });
  upstream.results['prompts/list'] = '{"prompts":[{"name":"plan"}]}';
  upstream.results['initialize'] = JSON.stringify({
    protocolVersion: '2025-11-25',
    capabilities: { tools: {}, prompts: {}, completions: {} },
    serverInfo: { name: 'odd', version: '1' },
  });
  await rig.register(server('odd-1', 'odd', { url: upstream.url }));
});
afterEach(async () => {
  await rig.close();
  await upstream.stop();
});

describe('a task whose call is given up before it is kept', () => {
  it('is cancelled at its server, though its caller is gone', async () => {
    let keep: (id: string) => void = () => undefined;
    const isBeingKept = new Promise<void>((begun) => {
      begin = () => new Promise((resolve) => begun(void (keep = resolve)));
    });
    upstream.results['tools/call'] = '{"task":{"taskId":"t-1","status":"working"}}';
    upstream.results['tasks/cancel'] = '{"taskId":"t-1","status":"cancelled"}';
    const leaving = new Cancellation();
    const call = rig.call('odd__look', {}, leaving, { sent });
    await isBeingKept;
    leaving.cancel();
    expect((await call).errorCode).toBe('CANCELLED');
    expect(upstream.count('tasks/cancel')).toBe(0);
    const kept = randomUUID();
    keep(kept);
    await eventually(() => expect(upstream.last('tasks/cancel')?.params.taskId).toBe('t-1'));
    expect(forgotten).toEqual([kept]);
  });
});

describe('what is asked of a server beside calls, while all its places are taken,', () => {
  const task = { id: randomUUID(), serverId: 'odd-1', serverTaskId: 't-1', sessionId: null, form: 'nested' } as ServerTask;
  const ask = (method: TaskMethod) => rig.catalog.get('odd__look', caller).tool.askTask!(method, task, rig.context());
  const WAITED = 'Every server of odd is busy, and no place became free within 1.5 s.';

  it.each<[string, () => Promise<unknown>]>([
    ...(['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/update'] as const).map(
      (method): [string, () => Promise<unknown>] => [method, () => ask(method)],
    ),
    ['completion/complete', () => rig.prompts.find('odd__plan', caller)!.offer.complete!('a', '', {}, rig.context())],
  ])('waits for one as long as a call does, and no longer: %s', async (method, asked) => {
    const place = rig.servers.all()[0]!.takePlace('another');
    const words = expect.stringContaining(WAITED) as unknown as string;
    await expect(asked()).rejects.toMatchObject({ code: 'BACKEND_ERROR', message: words });
    expect(upstream.count(method)).toBe(0);
    const waiting = asked();
    place.leave();
    await waiting.catch(() => undefined); // which it does not know
    expect(upstream.count(method)).toBe(1);
  });
});

/** It counts its tasks from 1, as each start of it does. */
const COUNTING = `
const results = {
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'counting', version: '1' } },
  'tools/list': { tools: [{ name: 'look', inputSchema: { type: 'object' } }] },
  ping: {},
  'tools/call': { task: { taskId: '1', status: 'working' } },
  'tasks/get': { taskId: '1', status: 'working' },
};
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  const answer = results[method] ? { result: results[method] } : { error: { code: -32601, message: 'no' } };
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
});`.replaceAll('\n', ' ');

describe('a task of a program', () => {
  const counting = { transport: 'stdio', command: process.execPath, args: ['-e', COUNTING], timeout_seconds: 5 };
  const replicas: UpstreamRig[] = [];
  afterEach(() => Promise.all(replicas.splice(0).map((replica) => replica.close())));

  it('is no task of another start of it that gives the same id: that is another caller’s', async () => {
    const made: BegunTask[] = [];
    const tasks = {
      begin: async (_: unknown, task: BegunTask) => (made.push(task), randomUUID()),
      forget: async () => undefined,
    };
    for (let n = 0; n < 2; n += 1) replicas.push(new UpstreamRig({ counting }, undefined, { tasks }));
    for (const replica of replicas) await replica.register(server('counting-1', 'counting'));
    const [one, other] = replicas as [UpstreamRig, UpstreamRig];
    await one.call('counting__look', {}, undefined, { sent });
    const task = { ...made[0]!, id: randomUUID() } as unknown as ServerTask;
    const askAt = (replica: UpstreamRig) =>
      replica.catalog.get('counting__look', caller).tool.askTask!('tasks/get', task, replica.context());
    expect((await askAt(one)).texts.get('status')).toBe('"working"');
    await expect(askAt(other)).rejects.toMatchObject({
      code: -32602,
      message: "The connection to counting-1 in which this was made is over, or another replica's.",
    });
  });
});
