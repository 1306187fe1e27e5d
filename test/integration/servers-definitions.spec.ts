import { afterAll, describe, expect, it } from '@jest/globals';
import { itemsOf, textAt } from '../../src/common/json-text/json-members.js';
import { leastCpuMs, QUICK_MS } from '../support/cpu-time.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, timeout_seconds: 5 };
const OBJECT = '{"type":"object"}';

describe('what cannot be offered', () => {
  const started: { rig: UpstreamRig; upstream: OddUpstream }[] = [];
  afterAll(async () => {
    for (const one of started) await Promise.all([one.rig.close(), one.upstream.stop()]);
  });

  async function offering(pages: string[], results: OddUpstream['results'] = {}) {
    const upstream = new OddUpstream('modern');
    const own = new UpstreamRig({ up: http });
    started.push({ rig: own, upstream });
    Object.assign(upstream.results, results);
    upstream.results['tools/list'] = ({ params }) => pages[Number(params.cursor ?? 0)]!;
    await upstream.start();
    await own.register(server('up-1', 'up', { url: upstream.url }));
    const { unusable } = own.servers.get('up-1')!.offered;
    return { names: own.names(), unusable, upstream, rig: own };
  }
  const tool = (name: string, more = '') => `{"name":${JSON.stringify(name)},"inputSchema":${OBJECT}${more}}`;
  const listOf = (...tools: string[]) => `{"tools":[${[tool('fine'), ...tools].join(',')}]}`;

  it.each([
    ['null', 'tools[1]', 'it is not an object'],
    ['"look"', 'tools[1]', 'it is not an object'],
    ['{"inputSchema":{}}', 'tools[1]', 'it has no "name"'],
    ['{"name":null}', 'tools[1]', 'it has no "name"'],
    ['{"name":""}', 'tools[1]', 'it has no "name"'],
    [tool('x'.repeat(201)), 'x'.repeat(200), 'its "name" has more than 200 characters'],
    [tool('big', `,"x":"${'x'.repeat(262_144)}"`), 'big', 'it has more than 262144 characters'],
    [tool('deep', `,"x":${'['.repeat(70)}${']'.repeat(70)}`), 'deep', 'it nests deeper than 64 levels'],
    [tool('abyss', `,"x":${'['.repeat(100_000)}${']'.repeat(100_000)}`), 'abyss', 'it nests deeper than 64 levels'],
    ['{"name":"rm\\ud800"}', 'rm\ud800', 'its "name" must be Unicode text'],
    ['{"name":"rm\\u0000"}', 'rm\0', 'its "name" must not contain null characters'],
  ])('is named with the reason, and all else is listed: %#', async (entry, name, reason) => {
    const { names, unusable } = await offering([listOf(entry)]);
    expect([names, unusable]).toEqual([['up__fine'], [{ kind: 'tool', name, reason }]]);
  });

  it('is no template without an end either', async () => {
    const templates = '{"resourceTemplates":[{"uriTemplate":"odd://{a","name":"broken"},{"uriTemplate":"odd://{a}"}]}';
    const { rig: own, unusable } = await offering([listOf()], { 'resources/templates/list': templates });
    expect(JSON.parse(own.resources.templatesFor(caller).json)).toEqual([{ uriTemplate: 'odd://{a}', name: 'odd://{a}' }]);
    expect(unusable).toEqual([{ kind: 'template', name: 'odd://{a', reason: '"odd://{a" has an expression without an end' }]);
  });

  it('are no names: odd ones are listed under one that clients take, and called by their own', async () => {
    const odd = ['with space', 'a/b.c', '日本語', '😀', 'ü'.repeat(150), '"quoted"\\', '__proto__'];
    const { names, rig: own, upstream } = await offering([listOf(...odd.map((name) => tool(name)))]);
    expect(names).toHaveLength(odd.length + 1);
    for (const name of names) {
      expect(name).toMatch(/^[\w-]{1,64}$/);
      expect((await own.call(name)).text).toBe('seen');
    }
    const called = upstream.asked.filter(({ method }) => method === 'tools/call').map(({ params }) => String(params.name));
    expect(called.sort()).toEqual(['fine', ...odd].sort());
  });

  it('is none of two tools of one name: the later counts', async () => {
    const { names, rig: own } = await offering([listOf(tool('fine', ',"title":"second"'))]);
    expect(names).toEqual(['up__fine']);
    expect(own.catalog.get('up__fine', caller).tool.title).toBe('second');
  });

  it.each([
    ['the same for ever', '"0"', 2],
    ['that go round', '"1"', 50],
    ['null', 'null', 1],
    ['empty', '""', 1],
    ['a number', '7', 1],
  ])('pages have an end, whose cursor is %s', async (_, cursor, pages) => {
    const page = (name: string, next: string) => `{"tools":[${tool(name)}],"nextCursor":${next}}`;
    const { names, upstream } = await offering([page('a', cursor), page('b', '"0"')]);
    expect(names).toEqual(cursor === '"1"' ? ['up__a', 'up__b'] : ['up__a']);
    expect(upstream.count('tools/list')).toBe(pages);
  });

  it('takes the time that its characters need: a list of 4 MB', async () => {
    const entries = Array.from({ length: 16 }, (_, n) => tool(`t${n}`, `,"x":[${'{"a":"\\\\\\""},'.repeat(16_000)}0]`));
    const { rig: own, names } = await offering([listOf(...entries)]);
    expect(names.length).toBeGreaterThan(10);
    expect(await leastCpuMs(() => own.health.check('up-1'))).toBeLessThan(QUICK_MS);
  });
});

describe('data that is of another type than an object', () => {
  it('has its schema where clients can read it, and is no reason for older ones to refuse the list', async () => {
    const modern = new OddUpstream('modern');
    const outputs = ['{"type":"array"}', '{"anyOf":[{"type":"object"},{"type":"null"}]}', '{}', OBJECT];
    const tools = outputs.map((schema, n) => `{"name":"t${n}","inputSchema":${OBJECT},"outputSchema":${schema}}`);
    modern.results['tools/list'] = `{"tools":[${tools.join(',')}]}`;
    await modern.start();
    const own = new UpstreamRig({ up: http });
    await own.register(server('up-1', 'up', { url: modern.url }));
    const shown = (isModern: boolean) =>
      itemsOf(own.catalog.listFor(caller, undefined, { isModern, asksForTasks: false }).json).map((entry) =>
        textAt(['outputSchema'], entry),
      );
    expect(shown(true)).toEqual(outputs);
    expect(shown(false)).toEqual([undefined, undefined, undefined, OBJECT]);
    await own.close();
    await modern.stop();
  });
});
