import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { LoudUpstream } from '../support/upstreams/loud-upstream.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';
import { server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

jest.setTimeout(60_000);
const FLOOD_MS = 1_500;
/** It was more than a second; some of it is the machine's. */
const HELD_UP_MS = 700;
const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config };
const message = (more: object) => JSON.stringify({ jsonrpc: '2.0', ...more });
const MESSAGES: [what: string, line: string][] = [
  ['list_changed', message({ method: 'notifications/tools/list_changed' })],
  ['resources/updated', message({ method: 'notifications/resources/updated', params: { uri: 'loud://a/b/c' } })],
  ['progress of no call', message({ method: 'notifications/progress', params: { progressToken: 9, progress: 1 } })],
  ['unknown notifications', message({ method: 'x' })],
  ['pings', message({ id: 1, method: 'ping' })],
  ['answers to nothing', message({ id: 'no', result: {} })],
  ['what is no MCP', '{}'],
];

/** The longest that a call to another server takes, ms, while something goes on. */
async function slowestCall(rig: UpstreamRig): Promise<number> {
  const until = performance.now() + FLOOD_MS;
  let slowestMs = 0;
  while (performance.now() < until) {
    const startedAt = performance.now();
    expect((await rig.call('quiet__look')).errorCode).toBeUndefined();
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    await pause(20); // else the calls would take the time, and not the flood
  }
  return slowestMs;
}

describe('a flood that nobody asked for', () => {
  let quiet: TestUpstream;
  beforeAll(async () => {
    quiet = await new TestUpstream().start();
  });
  afterAll(() => quiet.stop());

  const rigWith = (loud: object) => {
    const headers = { Authorization: 'Bearer upstream-secret-1' };
    return new UpstreamRig({ quiet: { ...http, headers }, loud });
  };

  it.each(MESSAGES)('of %s over HTTP holds nobody up', async (_, line) => {
    const loud = await new LoudUpstream().start();
    const rig = rigWith(http);
    await rig.register(server('quiet-1', 'quiet', { url: quiet.url }), server('loud-1', 'loud', { url: loud.url }));
    const stop = loud.flood(`data: ${line}\n\n`);
    expect(await slowestCall(rig)).toBeLessThan(HELD_UP_MS);
    stop();
    await rig.close();
    await loud.stop();
  });

  it.each([...MESSAGES, ['blanks', '']])('of %s over stdio holds nobody up', async (_, line) => {
    const args = [join('test', 'support', 'upstreams', 'loud-server.mjs'), line!];
    const rig = rigWith({ transport: 'stdio', command: process.execPath, args });
    await rig.register(server('quiet-1', 'quiet', { url: quiet.url }), server('loud-1', 'loud'));
    await rig.call('loud__look');
    expect(await slowestCall(rig)).toBeLessThan(HELD_UP_MS);
    await rig.close();
  });
});

describe('a server that announces again and again that its tools have changed', () => {
  it('is listed once a second at most, and at once when it is checked by hand', async () => {
    const loud = await new LoudUpstream().start();
    const rig = new UpstreamRig({ loud: http });
    await rig.register(server('loud-1', 'loud', { url: loud.url }));
    const stop = loud.flood(`data: ${MESSAGES[0]![1]}\n\n`);
    const listed = () => loud.asked['tools/list']!;
    const first = listed();
    await eventually(() => expect(listed()).toBeGreaterThan(first), 20_000);
    const [second, at] = [listed(), performance.now()];
    await eventually(() => expect(listed()).toBeGreaterThan(second + 1), 20_000);
    expect(performance.now() - at).toBeGreaterThan(1_900);
    stop();
    const before = listed();
    await rig.health.check('loud-1');
    await rig.health.check('loud-1');
    expect(listed()).toBeGreaterThan(before);
    await rig.close();
    await loud.stop();
  });
});
