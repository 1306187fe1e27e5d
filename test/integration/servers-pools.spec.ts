import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { eventually } from '../support/eventually.js';
import { LegacyUpstream } from '../support/upstreams/talking-upstream.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const bearer_token = 'upstream-secret-1';
const fixed = { transport: 'http', url: '${config.url}', headers: { Authorization: `Bearer ${bearer_token}` } };
const config = { type: 'object', properties: { url: { type: 'string' } } };
let rig: UpstreamRig;
let a: TestUpstream;
let b: TestUpstream;

beforeEach(async () => {
  [a, b] = await Promise.all([new TestUpstream().start(), new TestUpstream().start()]);
  rig = new UpstreamRig({
    dear: { ...fixed, config, price: 5 },
    bare: { ...fixed, config, prefix: 'none' },
    open: { ...fixed, config },
  });
});
afterEach(async () => {
  await rig.close();
  await Promise.all([a.stop(), b.stop()]);
});

/** A server of the shipped template for any URL. */
const http = (name: string, { url }: TestUpstream, pool = name) => server(name, 'http', { url, bearer_token }, { pool });
const portOf = ({ url }: TestUpstream) => new URL(url).port;

async function answers(tool: string, count = 6): Promise<Set<string>> {
  const texts = new Set<string>();
  for (let call = 0; call < count; call += 1) texts.add((await rig.call(tool)).text);
  return texts;
}

describe('Two servers of one template', () => {
  beforeEach(() => rig.register(http('crm', a), http('search', b)));

  it('have each its own tools, and never answer for each other', async () => {
    expect(rig.names()).toEqual(['crm__act', 'crm__look', 'search__act', 'search__look']);
    expect(await answers('crm__look')).toEqual(new Set([`from ${portOf(a)}`]));
    expect(await answers('search__look')).toEqual(new Set([`from ${portOf(b)}`]));
    expect([a.calls, b.calls]).toEqual([6, 6]);
  });

  it('are recorded each as a service of its own', () => {
    expect(['crm__look', 'search__look'].map((name) => rig.catalog.get(name, caller).source)).toEqual(['crm', 'search']);
  });

  it('do not stand in for one that is away', async () => {
    await a.stop();
    expect((await rig.call('crm__look')).errorCode).toBe('BACKEND_ERROR');
    expect((await rig.call('search__look')).text).toBe(`from ${portOf(b)}`);
  });

  it('have each its own waiting line: one that is full does not fill the other', async () => {
    a.behaviour = 'hang';
    const leaving = new Cancellation();
    const held = Array.from({ length: 60 }, () => rig.call('crm__act', {}, leaving));
    await eventually(() => expect(rig.servers.get('crm')!.active).toBeGreaterThan(10));
    expect((await rig.call('crm__act')).text).toMatch(/^Every server of crm is busy/);
    expect((await rig.call('search__act')).text).toBe(`from ${portOf(b)}`);
    leaving.cancel();
    await Promise.all(held);
  });
});

describe('Servers of one pool', () => {
  it('share its calls under its name', async () => {
    await rig.register(http('east', a, 'crm'), http('west', b, 'crm'));
    expect(rig.names()).toEqual(['crm__act', 'crm__look']);
    expect(await answers('crm__look')).toEqual(new Set([`from ${portOf(a)}`, `from ${portOf(b)}`]));
  });

  it('should agree: one that differs is shown, with what it differs in, and gets no calls of that', async () => {
    const tools = b.tools;
    b.tools = tools.map((tool) => (tool.name === 'act' ? { ...tool, description: 'Changes everything.' } : tool));
    await rig.register(http('east', a, 'crm'), http('west', b, 'crm'));
    expect([rig.health.of('east').differs, rig.health.of('west').differs]).toEqual([[], ['act']]);
    expect(await answers('crm__act')).toEqual(new Set([`from ${portOf(a)}`]));
    expect((await answers('crm__look')).size).toBe(2);
    b.tools = tools;
    await b.announceTools();
    await eventually(() => expect(rig.health.of('west').differs).toEqual([]), 5_000);
    expect((await answers('crm__act')).size).toBe(2);
  });

  it('are shown as differing, too, where they lack what another offers', async () => {
    a.tools = a.tools.filter(({ name }) => name === 'look');
    await rig.register(http('east', a, 'crm'), http('west', b, 'crm'));
    expect(rig.names()).toEqual(['crm__act', 'crm__look']);
    expect([rig.health.of('east').differs, rig.health.of('west').differs]).toEqual([['act'], []]);
    expect(await answers('crm__act')).toEqual(new Set([`from ${portOf(b)}`]));
  });
});

describe('The name of a pool', () => {
  it('may be that of another template later: with its prices, strategy and tools', async () => {
    await rig.register(server('a', 'open', { url: a.url }, { pool: 'crm' }));
    expect(rig.catalog.get('crm__look', caller).price).toBe(1);
    rig.set(server('b', 'dear', { url: b.url }, { pool: 'crm' }));
    await eventually(() => expect(rig.catalog.get('crm__look', caller).price).toBe(5));
    rig.set();
    expect(rig.names()).toEqual([]);
  });

  it('is shown where it hides what the server calls a tool, with that', async () => {
    a.tools = a.tools.map((tool) => (tool.name === 'act' ? { ...tool, annotations: { title: 'Act now' } } : tool));
    b.tools = [{ ...b.tools[0]!, name: 'Look.up', title: 'Look up' }];
    await rig.register(http('crm', a), http('search', b));
    const listed = JSON.parse(rig.catalog.listFor(caller).json) as object[];
    expect(listed).toEqual([
      expect.objectContaining({
        name: 'crm__act',
        title: 'Act now',
        _meta: { 'tallygate/server': 'crm', 'tallygate/tool': 'act' },
      }),
      expect.objectContaining({
        name: 'crm__look',
        title: 'look',
        _meta: { 'tallygate/server': 'crm', 'tallygate/tool': 'look' },
      }),
      expect.objectContaining({
        name: expect.stringMatching(/^search__Look_up_[0-9a-f]{8}$/),
        title: 'Look up',
        _meta: { 'tallygate/server': 'search', 'tallygate/tool': 'Look.up' },
      }),
    ]);
  });

  it('is not in the names of tools where the template says so', async () => {
    await rig.register(server('crm', 'bare', { url: a.url }));
    const [act] = JSON.parse(rig.catalog.listFor(caller).json) as { name: string; _meta?: object }[];
    expect([act!.name, act!._meta]).toEqual(['act', undefined]);
  });
});

it('What two pools offer under one address is of the pool that was begun first, on a replica too that knew the other before', async () => {
  const [one, two] = await Promise.all([new LegacyUpstream().start(), new LegacyUpstream().start()]);
  const [first, second] = [
    server('first', 'open', { url: one.url }, { pool: 'first' }),
    server('second', 'open', { url: two.url }, { pool: 'second' }),
  ];
  const owner = () => rig.resources.find('note://today', caller)?.source.name;
  await rig.register(second);
  expect(owner()).toBe('second');
  await rig.register(first, second);
  expect(owner()).toBe('first');
  await Promise.all([one.stop(), two.stop()]);
});

it('Who watches a resource of a pool hears of it again when the pool is registered again', async () => {
  const note = await new LegacyUpstream().start();
  const notes = server('notes', 'open', { url: note.url }, { pool: 'notes' });
  await rig.register(notes);
  let told = 0;
  const stop = rig.resources.find('note://today', caller)!.source.watch!('note://today', () => (told += 1));
  rig.set();
  await rig.register({ ...notes });
  const before = told;
  await eventually(async () => {
    await note.changeNote();
    expect(told).toBeGreaterThan(before);
  });
  stop();
  await note.stop();
});
