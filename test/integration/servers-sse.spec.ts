import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { SILENT_CLIENT, type Progress } from '../../src/tools/source/call-context.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/gateway/free-port.js';
import { hasPython, pythonProgram } from '../support/python/python-program.js';
import { SseUpstream } from '../support/upstreams/sse-upstream.js';
import { server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const old = { transport: 'sse', url: '${config.url}', config, timeout_seconds: 20, health_check_timeout: 0.5 };

let upstream: SseUpstream;
let rig: UpstreamRig;
beforeEach(async () => (upstream = await new SseUpstream().start()));
afterEach(async () => {
  await rig.close();
  await upstream.stop();
});

async function start(template: object = {}, url = upstream.url): Promise<void> {
  rig = new UpstreamRig({ old: { ...old, ...template } });
  await rig.register(server('a', 'old', { url }));
}

const asker = (name: string) => ({
  ...SILENT_CLIENT,
  capabilities: { elicitation: { form: {} } },
  ask: async () => ({ action: 'accept', content: { name } }),
});

describe('A server over HTTP+SSE', () => {
  it('is listed and called over one stream, several calls at once', async () => {
    await start();
    expect(rig.names()).toEqual(['old__echo', 'old__greet', 'old__huge', 'old__wait']);
    const texts = Array.from({ length: 12 }, (_, n) => `text ${n} äöü`);
    const answers = await Promise.all(texts.map((text) => rig.call('old__echo', { text })));
    expect(answers.map(({ text }) => text)).toEqual(texts);
    expect(upstream.streams).toBe(1);
  });

  it('may have moved within its origin, and be written with the shipped template', async () => {
    rig = new UpstreamRig({});
    await rig.register(server('a', 'sse', { url: upstream.url.replace('/sse', '/moved'), bearer_token: 't0ken' }));
    expect((await rig.call('sse__echo', { text: 'x' })).text).toBe('x');
    expect(upstream.received.at(-1)).toMatchObject({ authorization: 'Bearer t0ken' });
  });

  it('reports progress, and is told when the caller has gone', async () => {
    await start();
    const heard: Progress[] = [];
    const cancellation = new Cancellation();
    const client = { ...SILENT_CLIENT, wantsProgress: true, progress: (progress: Progress) => void heard.push(progress) };
    const call = rig.call('old__wait', {}, cancellation, { client });
    await eventually(() => expect([upstream.waiting, heard.length]).toEqual([1, 1]));
    cancellation.cancel();
    expect((await call).errorCode).toBe('CANCELLED');
    await eventually(() => expect(upstream.cancelled).toBe(1));
  });

  it('asks the caller of its only call, and nobody while there are several', async () => {
    await start();
    expect((await rig.call('old__greet', {}, undefined, { client: asker('Ada') })).text).toBe('Hello, Ada');
    const other = rig.call('old__wait', { text: 'done' });
    await eventually(() => expect(upstream.waiting).toBe(1));
    expect((await rig.call('old__greet', {}, undefined, { client: asker('Ada') })).text).not.toContain('Ada');
    upstream.answer();
    expect((await other).text).toBe('done');
  });

  it('fails the one call whose answer is too large, and nothing else on its stream', async () => {
    await start();
    const other = rig.call('old__wait', { text: 'done' });
    await eventually(() => expect(upstream.waiting).toBe(1));
    const huge = await rig.call('old__huge');
    expect(huge).toMatchObject({ errorCode: 'BACKEND_ERROR', text: expect.stringContaining('too large') });
    upstream.answer();
    expect((await other).text).toBe('done');
    expect(upstream.streams).toBe(1);
  });

  it('is connected to again when its stream ends, and when it has forgotten the session', async () => {
    await start();
    upstream.hangUp();
    await eventually(async () => expect((await rig.call('old__echo', { text: 'x' })).text).toBe('x'), 10_000);
    upstream.forget();
    expect((await rig.call('old__echo', { text: 'y' })).text).toBe('y');
    expect(upstream.streams).toBe(3);
  });

  it('is connected to again when its stream leads nowhere, though nobody said so', async () => {
    await start();
    upstream.isMute = true;
    await eventually(() => expect(upstream.streams).toBe(2), 15_000);
    await eventually(async () => expect((await rig.call('old__echo', { text: 'x' })).text).toBe('x'), 10_000);
  }, 30_000);

  it.each([
    ['of another origin', 'http://127.0.0.1:1/messages', 'names an endpoint that is not its own'],
    ['that looks like its own', '//example.com/messages', 'names an endpoint that is not its own'],
    ['that is none', 'http://', 'names an endpoint that is not its own'],
  ])('with an endpoint %s gets no message', async (_, endpoint, words) => {
    upstream.endpoint = endpoint;
    rig = new UpstreamRig({ old });
    rig.set(server('a', 'old', { url: upstream.url }));
    await eventually(() => expect(rig.health.of('a').error).toContain(words));
    expect(rig.health.of('a').state).toBe('unhealthy');
    expect(upstream.received).toEqual([]);
  });
});

(hasPython() ? describe : describe.skip)('A server of the SDK for Python', () => {
  it('is called, reports progress, and gets the headers of each call with it', async () => {
    const port = String(await freePort());
    const program = spawn(pythonProgram('mcp-1', 'python'), ['test/support/upstreams/fastmcp-sse.py', port], { stdio: 'ignore' });
    rig = new UpstreamRig({ old: { ...old, forward_headers: ['X-Tenant'] } });
    await rig.register(server('a', 'old', { url: `http://127.0.0.1:${port}/sse` }));
    const heard: Progress[] = [];
    const client = { ...SILENT_CLIENT, wantsProgress: true, progress: (progress: Progress) => void heard.push(progress) };
    expect((await rig.call('old__count', { to: 3 }, undefined, { client })).text).toBe('counted to 3');
    expect(heard.map(({ progress, total }) => [progress, total])).toEqual([1, 2, 3].map((n) => [n, 3]));
    const tenants = ['a', 'b', 'c', undefined].map((tenant) => ({ headers: tenant === undefined ? {} : { 'x-tenant': tenant } }));
    const answers = await Promise.all(tenants.map((from) => rig.call('old__tenant', {}, undefined, from)));
    expect(answers.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'none']);
    await rig.close();
    program.kill();
    await once(program, 'exit');
  }, 300_000);
});

describe('What is no server over HTTP+SSE', () => {
  it.each([
    ['refuses the credentials', 401, 'text/plain', "a refused the gateway's credentials (HTTP 401)."],
    ['is a page', 200, 'text/html', 'a answered text/html where its stream of events should be.'],
    ['takes no GET', 405, 'text/plain', 'a answered HTTP 405 where its stream of events should be.'],
  ])('is unhealthy and says why, since it %s', async (_, status, type, words) => {
    const http = createServer((__, response) => response.writeHead(status, { 'content-type': type }).end('x')).listen(
      0,
      '127.0.0.1',
    );
    await once(http, 'listening');
    rig = new UpstreamRig({ old });
    rig.set(server('a', 'old', { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/` }));
    await eventually(() => expect(rig.health.of('a')).toMatchObject({ state: 'unhealthy', error: words }));
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  it('is given up when it names no endpoint in time', async () => {
    const http = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n'),
    );
    await once(http.listen(0, '127.0.0.1'), 'listening');
    rig = new UpstreamRig({ old: { ...old, connect_timeout_seconds: 0.3 } });
    rig.set(server('a', 'old', { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/` }));
    await eventually(() => expect(rig.health.of('a').error).toBe('a did not answer within 0.3 s.'));
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
});
