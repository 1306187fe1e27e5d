import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import {
  SILENT_CLIENT,
  type CallClient,
  type ClientRequest,
  type LogMessage,
  type Progress,
} from '../../src/tools/source/call-context.js';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { eventually } from '../support/eventually.js';
import { LegacyUpstream, ModernUpstream } from '../support/upstreams/talking-upstream.js';
import { server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, timeout_seconds: 20 };
const legacy = new LegacyUpstream();
const modern = new ModernUpstream();
let rig: UpstreamRig;

beforeAll(async () => {
  await Promise.all([legacy.start(), modern.start()]);
  const roots = {
    transport: 'stdio',
    command: process.execPath,
    args: [join('test', 'support', 'upstreams', 'roots-server.mjs')],
  };
  rig = new UpstreamRig({ old: http, new: http, roots });
  await rig.register(
    server('old-1', 'old', { url: legacy.url }),
    server('new-1', 'new', { url: modern.url }),
    server('everything-1', 'everything'),
    server('roots-1', 'roots'),
  );
}, 60_000);
afterAll(async () => {
  await rig.close();
  await Promise.all([legacy.stop(), modern.stop()]);
});

const capabilities = { elicitation: { form: {} }, sampling: {} };
const named = (name: string) => ({ action: 'accept', content: { name } });
const later = () => new Cancellation();

/** A client of an older revision with a session: asked over its open response. */
const legacyClient = (answer: (request: ClientRequest) => unknown, more: Partial<CallClient> = {}): CallClient => ({
  ...SILENT_CLIENT,
  capabilities,
  ask: async (request) => (await answer(request)) as Record<string, unknown>,
  ...more,
});
/** A client of 2026-07-28: asked between two rounds. */
const modernClient = (input?: CallClient['input']): CallClient => ({
  ...SILENT_CLIENT,
  capabilities,
  takesRounds: true,
  ...(input && { input }),
});

/** What a client of 2026-07-28 does: answers everything it is asked, and calls again. */
async function inRounds(tool: string, answer: (request: ClientRequest) => unknown, input?: CallClient['input'], rounds = 1) {
  const outcome = await rig.call(tool, {}, later(), { client: modernClient(input) });
  if (!outcome.inputRequired) return { text: outcome.text, rounds };
  const asked = Object.entries(outcome.inputRequired.requests);
  const responses = Object.fromEntries(asked.map(([name, request]) => [name, answer(request)]));
  const state = JSON.parse(JSON.stringify(outcome.inputRequired.state)) as unknown;
  return inRounds(tool, answer, { responses, state }, rounds + 1);
}

describe('a server that asks the caller', () => {
  it.each(['old__greet', 'new__greet'])(
    'reaches a client with a session, which answers over its open response (%s)',
    async (tool) => {
      const asked: ClientRequest[] = [];
      const client = legacyClient((request) => (asked.push(request), named('Ada')));
      const { text, errorCode } = await rig.call(tool, {}, later(), { client });
      expect([text, errorCode]).toEqual(['Hello, Ada', undefined]);
      expect(asked).toEqual([{ method: 'elicitation/create', params: expect.objectContaining({ message: 'Your name?' }) }]);
    },
  );

  it.each(['old__greet', 'new__greet'])('reaches a client of 2026-07-28, which answers in a second round (%s)', async (tool) => {
    expect(await inRounds(tool, () => named('Grace'))).toEqual({ text: 'Hello, Grace', rounds: 2 });
  });

  it('hears of a no as a no', async () => {
    const { text } = await rig.call('old__greet', {}, later(), { client: legacyClient(() => ({ action: 'decline' })) });
    expect(text).toBe('So you decline');
    expect((await inRounds('new__greet', () => ({ action: 'decline' }))).text).toBe('So you decline');
  });

  it('may ask for the model of the caller', async () => {
    const thought = { role: 'assistant', model: 'm', content: { type: 'text', text: 'yes' } };
    expect((await rig.call('old__think', {}, later(), { client: legacyClient(() => thought) })).text).toBe('Thought: yes');
    expect((await inRounds('old__think', () => thought)).text).toBe('Thought: yes');
  });

  it.each(['old__greet', 'new__greet'])(
    'is told, and the caller reads, that a client which cannot be asked was asked (%s)',
    async (tool) => {
      const { text, errorCode } = await rig.call(tool);
      expect(errorCode).toMatch(/TOOL_ERROR|INVALID_ARGUMENTS/);
      expect(text).toMatch(/elicitation.*Only a client of MCP can be asked/s);
      const client = { ...SILENT_CLIENT, unaskable: 'It has no session.' };
      expect((await rig.call(tool, {}, later(), { client })).text).toContain('It has no session.');
    },
  );

  it('asks whom the call is of, however many call at once', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `caller ${index}`);
    const calls = names.map((name) => rig.call('old__greet', {}, later(), { client: legacyClient(() => named(name)) }));
    expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(names.map((name) => `Hello, ${name}`));
  });

  it('over stdio asks the caller of the only call in flight', async () => {
    await eventually(() => expect(rig.names()).toContain('everything__trigger-sampling-request'), 15_000);
    const thought = { role: 'assistant', model: 'm', content: { type: 'text', text: 'deep' } };
    const client = legacyClient(() => thought);
    const { text } = await rig.call('everything__trigger-sampling-request', { prompt: 'Think' }, later(), { client });
    expect(text).toMatch(/deep/);
  }, 30_000);

  it('over stdio is never given the roots of a caller, which it would use for all', async () => {
    const ask = jest.fn(async () => ({ roots: [{ uri: 'file:///etc' }] }));
    const client = { ...legacyClient(() => undefined), capabilities: { ...capabilities, roots: {} }, ask };
    const { text } = await rig.call('roots__take', {}, later(), { client });
    expect([text, ask.mock.calls]).toEqual([expect.stringMatching(/asks nobody/), []]);
  }, 30_000);
});

describe('a call that waits for its caller', () => {
  const ask = async () => (await rig.call('old__greet', {}, later(), { client: modernClient() })).inputRequired!;

  it('is nobody else’s, and over once it is answered', async () => {
    const { state } = await ask();
    const input = { responses: { 'question-1': named('Ada') }, state };
    expect((await rig.call('old__greet', {}, later(), { client: modernClient(input) })).text).toBe('Hello, Ada');
    const again = await rig.call('old__greet', {}, later(), { client: modernClient(input) });
    expect([again.errorCode, again.text]).toEqual(['INVALID_ARGUMENTS', expect.stringMatching(/Call again/)]);
  });

  it('leaves its place at the server to others, and only so many of one caller wait', async () => {
    for (let call = 0; call < 16; call += 1) expect(await ask()).toBeDefined();
    const { text } = await rig.call('old__greet', {}, later(), { client: modernClient() });
    expect(text).toMatch(/Too many of your calls wait/);
    expect((await rig.call('old__work')).text).toBe('done');
    await rig.suspendedCalls.giveUpAll();
    await eventually(() => expect(legacy.asking).toBe(0));
  });

  it('leaves nothing behind when it is given up: the server may ask as many as before', async () => {
    const old = rig.servers.get('old-1')!;
    for (let round = 0; round < 5; round += 1) {
      for (let call = 0; call < 16; call += 1) expect(await ask()).toBeDefined();
      await rig.suspendedCalls.giveUpAll();
      await eventually(() => expect([legacy.asking, old.active]).toEqual([0, 0]));
    }
  });

  it('waits through all its rounds for an hour at most', async () => {
    const interview = (input?: CallClient['input']) => rig.call('old__interview', {}, later(), { client: modernClient(input) });
    const next = ({ state }: { state?: unknown }, n: number) =>
      interview({ responses: { [`question-${n}`]: named('Ada') }, state });
    const second = await next((await interview()).inputRequired!, 1);
    expect((await next(second.inputRequired!, 2)).text).toBe('Thank you');
    const first = await interview();
    rig.clock.advance(3_600_000);
    const { errorCode, text } = await next(first.inputRequired!, 1);
    expect([errorCode, text]).toEqual(['INVALID_ARGUMENTS', expect.stringMatching(/waited for answers for an hour/)]);
  });

  it('ends with its server: the caller is told so in its next round, and has all its places back', async () => {
    const waiting = [];
    for (let call = 0; call < 16; call += 1) waiting.push(await ask());
    const { registered } = rig;
    rig.set(...registered.filter(({ id }) => id !== 'old-1'));
    await eventually(() => expect(legacy.asking).toBe(0));
    await rig.register(...registered);
    const input = { responses: { 'question-1': named('Ada') }, state: waiting[0]!.state };
    const { text } = await rig.call('old__greet', {}, later(), { client: modernClient(input) });
    expect(text).toMatch(/failed/);
    for (let call = 0; call < 16; call += 1) expect(await ask()).toBeDefined();
    await rig.suspendedCalls.giveUpAll();
  });
});

describe('what a server says while it works', () => {
  it.each(['old__work', 'new__work'])('reaches the caller who wants it: progress and messages (%s)', async (tool) => {
    const progress: Progress[] = [];
    const logs: LogMessage[] = [];
    const client: CallClient = {
      ...SILENT_CLIENT,
      wantsProgress: true,
      logLevel: 'info',
      progress: (report) => void progress.push(report),
      log: (message) => void logs.push(message),
    };
    expect((await rig.call(tool, {}, later(), { client })).text).toBe('done');
    expect(progress).toMatchObject([{ progress: 1, total: 2 }]);
    expect(logs).toEqual([expect.objectContaining({ level: 'info', data: 'half' })]);
  });

  it.each([
    ['old__work', legacy],
    ['new__work', modern],
  ] as const)('is not asked for where nobody wants it, and the trace goes on (%s)', async (tool, upstream) => {
    const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    await rig.call(tool, {}, later(), { trace });
    expect(upstream.metas.at(-1)).toMatchObject(trace);
    expect(upstream.metas.at(-1)).not.toHaveProperty('progressToken');
  });
});

describe('a caller who goes', () => {
  it.each([
    ['closing its stream', 'new__wait', modern],
    ['telling it', 'old__wait', legacy],
  ] as const)('ends the call by %s (%s)', async (_, tool, upstream) => {
    const cancellation = later();
    const call = rig.call(tool, {}, cancellation);
    await eventually(() => expect(upstream.waiting).toBe(1));
    cancellation.cancel();
    expect((await call).errorCode).toBe('CANCELLED');
    await eventually(() => expect(upstream.cancelled).toBe(1));
  });
});
