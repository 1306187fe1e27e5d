import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { SILENT_CLIENT, type CallClient } from '../../src/tools/source/call-context.js';
import type { ServerTask } from '../../src/tools/source/server-task.js';
import { eventually } from '../support/eventually.js';
import { answerWith, OddUpstream, success, type Asked } from '../support/upstreams/odd-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const template = {
  transport: 'http',
  url: '${config.url}',
  config,
  timeout_seconds: 20,
  health_check_interval: 60,
  concurrency: 1,
};
const task = { id: 'task', serverId: 'odd-1', serverTaskId: 't', sessionId: null, form: 'nested' } as ServerTask;
/** As many as may wait: those of four users. */
const USERS = ['ada', 'bob', 'cyd', 'dan'];
const WAITS_OF_USER = 8;

let upstream: OddUpstream;
let rig: UpstreamRig;
/** Requests for the result of the task, whose streams are open. */
const waits: Asked[] = [];
/** What waits are asked by their server before anything else. */
let question = '';
/** The answers to questions that came in. */
let answers = 0;

beforeAll(async () => {
  upstream = await new OddUpstream().start();
  upstream.bend = (asked) => {
    const { method, response } = asked;
    if (method === undefined) return ((answers += 1), answerWith(asked, '', {}, 202));
    if (method !== 'tasks/result') return false;
    waits.push(asked);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`: here\n\n${question}`);
    return true;
  };
  rig = new UpstreamRig({ odd: template });
  await rig.register(server('odd-1', 'odd', { url: upstream.url }));
});
afterAll(async () => {
  await rig.close();
  await upstream.stop();
});

const waitFor = async (userId: string, client: CallClient = SILENT_CLIENT) => {
  const principal = { ...caller, userId };
  const { tool } = rig.catalog.get('odd__look', principal);
  return (await tool.askTask!('tasks/result', task, { ...rig.context(client), principal })).texts.get('content');
};
const callOf = async (userId: string) => (await rig.call('odd__look', {}, new Cancellation(), { userId })).text;
const endAll = () => {
  for (const asked of waits.splice(0)) asked.response.end(`data: ${success(asked, '{"content":[]}')}\n\n`);
};

describe('those who wait for a task at a server that takes one call at a time', () => {
  it('are as many as may wait, beside whom everybody calls, they too; one more is told that there are too many', async () => {
    const waiting = USERS.flatMap((userId) => Array.from({ length: WAITS_OF_USER }, () => waitFor(userId)));
    await eventually(() => expect(waits.length).toBe(USERS.length * WAITS_OF_USER));
    expect(rig.servers.get('odd-1')!.active).toBe(0);
    for (const userId of [...USERS, 'eve']) expect(await callOf(userId)).toBe('seen');
    for (const userId of ['ada', 'eve']) await expect(waitFor(userId)).rejects.toMatchObject({ kind: 'busy' });
    endAll();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['[]']));
    expect(rig.servers.get('odd-1')!.active).toBe(0);
    const again = waitFor('ada');
    await eventually(() => expect(waits.length).toBe(1));
    endAll();
    expect(await again).toBe('[]');
  });

  it('take none when they have answered a question of it either', async () => {
    question = 'data: {"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"Who?"}}\n\n';
    const client = { ...SILENT_CLIENT, capabilities: { elicitation: {} }, ask: async () => ({ action: 'decline' }) };
    const waiting = waitFor('ada', client);
    await eventually(() => expect(answers).toBe(1));
    expect(rig.servers.get('odd-1')!.active).toBe(0);
    expect(await callOf('ada')).toBe('seen');
    endAll();
    await waiting;
  });
});
