import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { eventually } from '../support/eventually.js';
import { answerWith, OddUpstream, SEEN } from '../support/upstreams/odd-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, timeout_seconds: 5, health_check_interval: 60 };
const CAPABILITIES = '{"tools":{"listChanged":true}}';
const DISCOVERED = `{"supportedVersions":["2026-07-28"],"capabilities":${CAPABILITIES},"serverInfo":{"name":"odd","version":"1"}}`;

describe('a server that says who it is and refuses everything else', () => {
  const upstream = new OddUpstream('modern');
  const rig = new UpstreamRig({ up: http });
  const listens: number[] = [];

  beforeAll(async () => {
    upstream.results['server/discover'] = DISCOVERED;
    upstream.bend = (asked) => {
      if (asked.method === 'subscriptions/listen') listens.push(performance.now());
      return asked.method === 'server/discover' ? false : answerWith(asked, 'no', {}, 401);
    };
    await upstream.start();
    rig.set(server('up-1', 'up', { url: upstream.url }));
  });
  afterAll(async () => {
    await rig.close();
    await upstream.stop();
  });

  it('is asked for its announcements after ever longer pauses, and for its lists no more often than it is checked', async () => {
    await eventually(() => expect(listens.length).toBeGreaterThanOrEqual(3), 20_000);
    const [first, second, third] = listens as [number, number, number];
    expect(third - second).toBeGreaterThan(1.5 * (second - first));
    expect(upstream.count('tools/list')).toBeLessThanOrEqual(4); // at the start, and when it is connected
  });

  it('has that as its problem', () => {
    expect(rig.health.of('up-1').error).toBe(
      "What it offers cannot be listed: up-1 refused the gateway's credentials (HTTP 401).",
    );
  });
});

describe('a server that announces a change of one of its lists', () => {
  let upstream: OddUpstream;
  let rig: UpstreamRig;
  let announcements: ServerResponse | undefined;

  /** One entry of each kind, and one without a name, which cannot be offered. */
  const offer = (name: string) =>
    Object.assign(upstream.results, {
      'tools/list': JSON.stringify({ tools: [{ name }, {}] }),
      'prompts/list': JSON.stringify({ prompts: [{ name }, {}] }),
      'resources/list': JSON.stringify({ resources: [{ uri: `odd://${name}` }, {}] }),
      'resources/templates/list': JSON.stringify({ resourceTemplates: [{ uriTemplate: `odd://${name}/{a}` }] }),
    });

  const idsIn = (json: string, id: string) => (JSON.parse(json) as Record<string, string>[]).map((entry) => entry[id]!);
  const offered = () => ({
    tools: rig.names(),
    prompts: idsIn(rig.prompts.listFor(caller).json, 'name'),
    resources: idsIn(rig.resources.resourcesFor(caller).json, 'uri'),
    templates: idsIn(rig.resources.templatesFor(caller).json, 'uriTemplate'),
    unusable: rig.servers
      .get('up-1')!
      .offered.unusable.map(({ kind }) => kind)
      .sort(),
  });
  const unusable = ['prompt', 'resource', 'tool'];
  const BEFORE = { tools: ['up__a'], prompts: ['up__a'], resources: ['odd://a'], templates: ['odd://a/{a}'], unusable };
  const listsAsked = () => upstream.asked.map(({ method }) => method!).filter((method) => method?.endsWith('/list'));

  beforeEach(async () => {
    upstream = new OddUpstream('legacy');
    upstream.bend = ({ request, response }) => {
      if (request.method !== 'GET') return false;
      announcements = response.writeHead(200, { 'content-type': 'text/event-stream' });
      return announcements.flushHeaders() ?? true;
    };
    offer('a');
    await upstream.start();
    rig = new UpstreamRig({ up: http });
    rig.set(server('up-1', 'up', { url: upstream.url }));
    await eventually(() => expect([offered(), announcements]).toEqual([BEFORE, expect.anything()]));
  });
  afterEach(async () => {
    await rig.close();
    await upstream.stop();
  });

  it.each([
    ['tools', ['tools/list'], { tools: ['up__b'] }],
    ['prompts', ['prompts/list'], { prompts: ['up__b'] }],
    ['resources', ['resources/list', 'resources/templates/list'], { resources: ['odd://b'], templates: ['odd://b/{a}'] }],
  ])('is asked for its %s alone: what else it offers stays as it was read', async (list, methods, changed) => {
    offer('b');
    const before = listsAsked().length;
    announcements!.write(`data: {"jsonrpc":"2.0","method":"notifications/${list}/list_changed"}\n\n`);
    await eventually(() => expect(offered()).toEqual({ ...BEFORE, ...changed }));
    expect(listsAsked().slice(before)).toEqual(methods);
  });

  it('is asked for all of them in a new session', async () => {
    offer('b');
    const after = { tools: ['up__b'], prompts: ['up__b'], resources: ['odd://b'], templates: ['odd://b/{a}'], unusable };
    upstream.results['tools/call'] = ({ response }) => (response.destroy(), '');
    await rig.call('up__a');
    upstream.results['tools/call'] = SEEN;
    await rig.call('up__a');
    expect(upstream.count('initialize')).toBe(2);
    await eventually(() => expect(offered()).toEqual(after));
  });
});
