import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { eventually } from '../support/eventually.js';
import { TestUpstream, type Behaviour } from '../support/upstreams/test-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

let rig: UpstreamRig;
let a: TestUpstream;
let b: TestUpstream;
let c: TestUpstream;
const config = { type: 'object', properties: { url: { type: 'string' } } };
const headers = { Authorization: 'Bearer upstream-secret-1' };
const pool = { transport: 'http', url: '${config.url}', headers, config, timeout_seconds: 0.5, health_check_timeout: 0.5 };

beforeEach(async () => {
  [a, b, c] = (await Promise.all([new TestUpstream(), new TestUpstream(), new TestUpstream()].map((one) => one.start()))) as [
    TestUpstream,
    TestUpstream,
    TestUpstream,
  ];
});
afterEach(async () => {
  await rig.close();
  await Promise.all([a, b, c].map((one) => one.stop()));
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

const at = (upstream: TestUpstream, name: string, template = 'pool', weight = 1) =>
  server(name, template, { url: upstream.url }, { weight });

async function start(template: object = {}, ...more: string[]) {
  rig = new UpstreamRig({ pool: { ...pool, ...template }, other: { ...pool, timeout_seconds: 5 } });
  const upstreams = [a, b, c].slice(0, 1 + more.length);
  await rig.register(...upstreams.map((upstream, index) => at(upstream, ['a', ...more][index]!)));
}

async function calls(count: number, name = 'pool__act'): Promise<string[]> {
  const codes: string[] = [];
  for (let call = 0; call < count; call += 1) codes.push((await rig.call(name)).errorCode ?? 'ok');
  return codes;
}

describe('an upstream over HTTP that requires an API key', () => {
  it('is called, and its answer arrives as it was given, counted', async () => {
    await start();
    const result = await rig.call('pool__look');
    expect(result).toMatchObject({ structuredContent: { rows: [1, 2, 3] }, usage: { recordCount: 3, tableName: '' } });
    expect(result.texts!.get('_meta')).toMatch(/^{"test\/port":\d+}$/);
    expect(rig.names()).toEqual(['pool__act', 'pool__look']);
  });

  it('that is sent the wrong key is unhealthy, and says so', async () => {
    rig = new UpstreamRig({ pool: { ...pool, headers: {} } });
    rig.set(at(a, 'a'));
    await eventually(() => expect(rig.health.of('a').error).toBe("a refused the gateway's credentials (HTTP 401)."));
    expect(rig.health.of('a').state).toBe('unhealthy');
  });

  it('renews an expired session once, silently', async () => {
    await start();
    a.forget();
    expect(await calls(2)).toEqual(['ok', 'ok']);
    expect(a.sessions).toBe(2);
  });

  it.each<[Behaviour, RegExp]>([
    ['hang', /a did not answer within 0.5 s/],
    ['garbage', /not MCP/],
    ['html', /not MCP/],
    ['huge', /too large/],
    ['huge-stream', /too large/],
    ['reset', /closed the connection/],
    ['break-stream', /connection broke/],
    ['error-500', /HTTP 500/],
  ])('that answers with %s fails the call as a backend error, in time, and nothing else', async (behaviour, words) => {
    await start(behaviour === 'hang' ? {} : { timeout_seconds: 5 });
    rig.set(at(a, 'a'), at(b, 'b', 'other'));
    await eventually(() => expect(rig.names()).toContain('other__act'));
    a.behaviour = behaviour;
    const started = performance.now();
    const [failed, other] = await Promise.all([rig.call('pool__act'), rig.call('other__act')]);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect([failed.errorCode, other.errorCode]).toEqual(['BACKEND_ERROR', undefined]);
    expect(failed.text).toMatch(words);
    expect(failed.text).toMatch(/Nothing was charged/);
    a.behaviour = 'answer';
    await eventually(async () => expect((await rig.call('pool__act')).errorCode).toBeUndefined());
  });

  it('is told when the caller has gone', async () => {
    await start();
    a.behaviour = 'hang';
    const cancellation = new Cancellation();
    const call = rig.call('pool__act', {}, cancellation);
    await eventually(() => expect(a.calls).toBe(1));
    cancellation.cancel();
    expect((await call).errorCode).toBe('CANCELLED');
    await eventually(() => expect(a.cancelled).toBe(1));
  });

  it('that changes its tools is listed anew when it says so', async () => {
    await start();
    a.tools = [{ name: 'fresh', description: '', inputSchema: { type: 'object' } }];
    await eventually(async () => {
      await a.announceTools();
      expect(rig.names()).toEqual(['pool__fresh']);
    });
  });

  it('names no table but one of its template, and says nothing in the name of the gateway', async () => {
    const named = (name: string, table: string) => ({
      name,
      description: '',
      inputSchema: { type: 'object' as const },
      _meta: { 'tallygate/table': table },
    });
    a.tools.push(named('honest', 'notes'), named('liar', 'daily_bars'));
    await start({ tables: { look: 'notes' } });
    const tables = ['look', 'honest', 'liar'].map((name) => rig.catalog.get(`pool__${name}`, caller).tool.tableName);
    expect(tables).toEqual(['notes', 'notes', '']);
    const { texts } = await rig.call('pool__look');
    expect(texts!.get('_meta')).toMatch(/^{"test\/port":\d+}$/);
  });

  it('checks its own arguments: its schema is shown and never run, so that no pattern, uniqueItems, $id or $ref of it holds anybody up', async () => {
    const properties = { word: { type: 'string', pattern: '^([a-z]+)*$' }, list: { type: 'array', uniqueItems: true } };
    a.tools.push({
      name: 'odd',
      description: '',
      inputSchema: { type: 'object', $id: 'look', $ref: 'nowhere', properties } as never,
    });
    await start();
    expect(rig.names()).toEqual(['pool__act', 'pool__look', 'pool__odd']);
    const list = Array.from({ length: 20_000 }, (_, n) => ({ n }));
    const started = performance.now();
    const outcome = await rig.call('pool__odd', { word: `${'a'.repeat(40)}!`, list });
    expect(outcome.errorCode).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('at an address that is not allowed is never asked', async () => {
    rig = new UpstreamRig({ pool });
    rig.set(server('a', 'pool', { url: 'http://10.0.0.1/mcp' }));
    await eventually(() => expect(rig.health.of('a').error).toBe('a has an address that is not allowed.'));
  });
});

describe('the official everything server over streamable HTTP', () => {
  it('is listed and called', async () => {
    const port = await freePort();
    const program = join('node_modules', '@modelcontextprotocol', 'server-everything', 'dist', 'index.js');
    const child = spawn(process.execPath, [program, 'streamableHttp'], { env: { PORT: String(port) }, stdio: 'ignore' });
    try {
      rig = new UpstreamRig({ everything: { ...pool, timeout_seconds: 5 } });
      await rig.register(server('everything-1', 'everything', { url: `http://127.0.0.1:${port}/mcp` }));
      expect((await rig.call('everything__echo', { message: 'hi' })).text).toMatch(/hi/);
    } finally {
      child.kill();
    }
  }, 20_000);
});

describe('a pool of three', () => {
  it('shares by turns', async () => {
    await start({}, 'b', 'c');
    await calls(30);
    expect(rig.counts).toEqual({ a: 10, b: 10, c: 10 });
  });

  it('shares by weight', async () => {
    rig = new UpstreamRig({ pool: { ...pool, strategy: 'weighted' } });
    await rig.register(at(a, 'a', 'pool', 5), at(b, 'b', 'pool', 3), at(c, 'c', 'pool', 2));
    await calls(30);
    expect(rig.counts).toEqual({ a: 15, b: 9, c: 6 });
  });

  it('keeps from a slow one what others can do sooner', async () => {
    a.delayMs = 300;
    await start({ strategy: 'least_connections' }, 'b', 'c');
    await Promise.all(
      Array.from({ length: 3 }, async () => {
        await calls(10);
      }),
    );
    expect(rig.counts['a']).toBeLessThan(rig.counts['b']!);
    expect(rig.counts['a']).toBeLessThan(rig.counts['c']!);
  });

  it('goes by health: the slow and the failing get little', async () => {
    a.delayMs = 200;
    await start({ strategy: 'health_based' }, 'b', 'c');
    b.behaviour = 'error-500';
    await calls(40);
    expect(rig.counts['c']).toBeGreaterThan(30);
  });

  it('reaches everyone at random', async () => {
    await start({ strategy: 'random' }, 'b', 'c');
    await calls(60);
    for (const count of Object.values(rig.counts)) expect(count).toBeGreaterThan(5);
  });

  it('repeats on another what is safe to repeat: the caller never notices a failing one', async () => {
    await start({}, 'b', 'c');
    b.behaviour = 'error-500';
    expect(new Set(await calls(20, 'pool__look'))).toEqual(new Set(['ok']));
  });

  it('never repeats what is not', async () => {
    await start({}, 'b', 'c');
    for (const one of [a, b, c]) one.behaviour = 'error-500';
    expect(await calls(1)).toEqual(['BACKEND_ERROR']);
    expect(a.calls + b.calls + c.calls).toBe(1);
  });

  it('shifts from one that is gone, and back when it is there again', async () => {
    await start({}, 'b', 'c');
    await b.stop();
    await eventually(() => expect(rig.health.of('b').state).toBe('unhealthy'));
    const before = rig.counts['b'];
    expect(new Set(await calls(10))).toEqual(new Set(['ok']));
    expect(rig.counts['b']).toBe(before);
    expect(rig.health.numbers()).toEqual({ total: 3, healthy: 2, unhealthy: 1 });
    await b.start();
    await eventually(() => expect(rig.health.of('b').state).toBe('healthy'));
    await calls(9);
    expect(rig.counts['b']).toBeGreaterThan(before!);
  });

  it('says so when nobody can serve, at once', async () => {
    await start({}, 'b', 'c');
    await Promise.all([a, b, c].map((one) => one.stop()));
    await eventually(() => expect(rig.health.numbers().unhealthy).toBe(3));
    const failures = new Set(await calls(5));
    expect(failures).toEqual(new Set(['BACKEND_ERROR']));
  });

  it('serves a call for one of them there only', async () => {
    await start({}, 'b', 'c');
    for (let call = 0; call < 5; call += 1) await rig.call('pool__act', {}, new Cancellation(), { serverId: 'b' });
    expect(rig.counts).toEqual({ a: 0, b: 5, c: 0 });
  });
});
