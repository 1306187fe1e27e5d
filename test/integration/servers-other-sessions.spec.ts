import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { SILENT_CLIENT, type CallClient } from '../../src/tools/source/call-context.js';
import type { ServerTask, TaskMethod } from '../../src/tools/source/server-task.js';
import { eventually } from '../support/eventually.js';
import { answerWith, OddUpstream, success, type Asked } from '../support/upstreams/odd-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const template = { transport: 'http', url: '${config.url}', config, timeout_seconds: 20, health_check_interval: 60 };
const JSON_TYPE = { 'content-type': 'application/json' };
const QUESTION = 'data: {"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"Who?"}}\n\n';

/** A server that has begun one session with this gateway, and knows a task of another: of before a restart, or of another replica. */
const [BEFORE, NOW] = ['before', 'now'];
let upstream: OddUpstream;
let rig: UpstreamRig;
/** What the caller of `look` says when they are asked; they are asked once only. */
let answer: (name: string) => void;
let timesAsked: number;
let look: Promise<{ text: string }>;
/** The call of `look`, whose stream is open. */
let looking: Asked;
/** Answers what is asked about the task. */
let aboutTask: (asked: Asked) => unknown;

const sessionOf = ({ request }: Asked) => request.headers['mcp-session-id'];
/** What was said in a session that is no request. */
const saidIn = (session: string) =>
  upstream.asked
    .filter((one) => sessionOf(one) === session && (one.id === undefined || one.method === undefined))
    .map(({ text }) => JSON.parse(text || '{}') as Record<string, unknown>);
const openStream = ({ response }: Asked, ...events: string[]) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) response.write(event);
  return true;
};

beforeAll(async () => {
  upstream = await new OddUpstream().start();
  upstream.send = (message, asked) =>
    answerWith(asked, message, asked.method === 'initialize' ? { ...JSON_TYPE, 'mcp-session-id': NOW! } : JSON_TYPE);
  upstream.bend = (asked) => {
    if (asked.method?.startsWith('tasks/')) return (aboutTask(asked), true);
    if (asked.method !== 'tools/call') return false;
    looking = asked;
    return openStream(asked, QUESTION);
  };
  rig = new UpstreamRig({ odd: template });
  await rig.register(server('odd-1', 'odd', { url: upstream.url }));
});
afterAll(async () => {
  await rig.close();
  await upstream.stop();
});

/** A call of the present session, whose caller is being asked. */
beforeEach(async () => {
  upstream.asked.length = 0;
  timesAsked = 0;
  const said = new Promise<string>((resolve) => (answer = resolve));
  const client: CallClient = {
    ...SILENT_CLIENT,
    capabilities: { elicitation: {} },
    ask: async () => ((timesAsked += 1), { action: 'accept', content: { name: await said } }),
  };
  look = rig.call('odd__look', {}, new Cancellation(), { client });
  await eventually(() => expect(timesAsked).toBe(1));
});
/** Whatever came of the other session, that caller's answer arrives, and so does that call's. */
afterEach(async () => {
  answer('Ada');
  await eventually(() =>
    expect(saidIn(NOW!)).toContainEqual({ jsonrpc: '2.0', id: 1, result: { action: 'accept', content: { name: 'Ada' } } }),
  );
  looking.response.end(`data: ${success(looking, '{"content":[{"type":"text","text":"Hello"}]}')}\n\n`);
  expect((await look).text).toBe('Hello');
  expect([timesAsked, upstream.count('initialize')]).toEqual([1, 0]);
});

const task = { id: 'task', serverId: 'odd-1', serverTaskId: 't', sessionId: BEFORE, form: 'nested' } as ServerTask;
const ask = async (method: TaskMethod, cancellation = new Cancellation()) => {
  const { tool } = rig.catalog.get('odd__look', caller);
  return (await tool.askTask!(method, task, { ...rig.context(), cancellation })).texts;
};

describe('a task that was made in another session of its server', () => {
  it('is asked about there', async () => {
    aboutTask = (asked) => answerWith(asked, success(asked, '{"taskId":"t","status":"working"}'));
    expect((await ask('tasks/get')).get('status')).toBe('"working"');
    expect(sessionOf(upstream.last('tasks/get'))).toBe(BEFORE);
  });

  it('has its questions refused there, and nobody of this session asked, under whatever number', async () => {
    aboutTask = (asked) => openStream(asked, QUESTION);
    const waiting = ask('tasks/result');
    await eventually(() => expect(saidIn(BEFORE!)).toHaveLength(1));
    expect(saidIn(BEFORE!)).toMatchObject([{ id: 1, error: { message: expect.stringMatching(/asks nobody/) } }]);
    const asked = upstream.last('tasks/result');
    asked.response.end(`data: ${success(asked, '{"content":[]}')}\n\n`);
    expect((await waiting).get('content')).toBe('[]');
  });

  it('is no death of its session: a ping is answered there', async () => {
    aboutTask = (asked) => openStream(asked, 'data: {"jsonrpc":"2.0","id":1,"method":"ping"}\n\n');
    const waiting = ask('tasks/result');
    await eventually(() => expect(saidIn(BEFORE!)).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]));
    const asked = upstream.last('tasks/result');
    asked.response.end(`data: ${success(asked, '{"content":[]}')}\n\n`);
    await waiting;
  });

  it('takes back none of the questions of this session, whatever its server takes back there', async () => {
    const cancelled = 'data: {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n\n';
    aboutTask = (asked) => openStream(asked, cancelled, `data: ${success(asked, '{"content":[]}')}\n\n`);
    expect((await ask('tasks/result')).get('content')).toBe('[]');
  });

  it('gives its connection back when it is answered, though its server leaves the stream open', async () => {
    aboutTask = (asked) => openStream(asked, `data: ${success(asked, '{"taskId":"t","status":"working"}')}\n\n`);
    expect((await ask('tasks/get')).get('status')).toBe('"working"');
    await eventually(() => expect(upstream.last('tasks/get').response.destroyed).toBe(true));
  });

  it('is told there, and not here, that nobody waits for it any more', async () => {
    aboutTask = (asked) => openStream(asked, ': wait\n\n');
    const leaving = new Cancellation();
    const waiting = ask('tasks/result', leaving);
    await eventually(() => expect(upstream.count('tasks/result')).toBe(1));
    leaving.cancel();
    await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
    await eventually(() => expect(saidIn(BEFORE!)).toHaveLength(1));
    const requestId = Number(upstream.last('tasks/result').id);
    expect(saidIn(BEFORE!)).toMatchObject([{ method: 'notifications/cancelled', params: { requestId } }]);
    expect(saidIn(NOW!)).toEqual([]);
  });

  it.each([
    ['404', 404, 'gone'],
    ['400 that names the session', 400, '{"error":"Bad Request: No valid session ID provided"}'],
  ])('is said to be lost with that session, of which this one does not end: HTTP %s', async (_, status, body) => {
    aboutTask = (asked) => answerWith(asked, body, {}, status);
    await expect(ask('tasks/get')).rejects.toMatchObject({
      code: -32602,
      message: 'odd-1 has ended the session in which this was made.',
    });
  });

  it('is refused as it would be here, by another status', async () => {
    aboutTask = (asked) => answerWith(asked, 'slow down', { 'retry-after': '7' }, 429);
    await expect(ask('tasks/get')).rejects.toMatchObject({ kind: 'refused', message: expect.stringMatching(/HTTP 429/) });
  });
});
