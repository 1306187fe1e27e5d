import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { itemsOf, textAt } from '../../src/common/json-text/json-members.js';
import { keyOf } from '../../src/servers/approval/offered-entries.js';
import { SILENT_CLIENT } from '../../src/tools/source/call-context.js';
import { eventually } from '../support/eventually.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';
import { admitAll, caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, timeout_seconds: 5 };
const CSP = '{"connectDomains":["https://api.example.com"],"n":1.0}';

/** Two pools whose servers show pages of the same addresses: one in its list, one that only a tool names. */
describe('MCP Apps of servers', () => {
  const upstreams = { first: new OddUpstream('modern'), second: new OddUpstream('legacy') };
  const rig = new UpstreamRig({ first: http, second: http });

  beforeAll(async () => {
    for (const [name, upstream] of Object.entries(upstreams)) {
      const tools = [
        `{"name":"show","inputSchema":{"type":"object"},"_meta":{"x":1.0,"ui":{"resourceUri":"ui://clock/page","visibility":["model"],"csp":${CSP}}}}`,
        `{"name":"hidden","inputSchema":{"type":"object"},"_meta":{"ui/resourceUri":"ui://clock/hidden","openai/outputTemplate":"ui://clock/page"}}`,
        `{"name":"only_${name}","inputSchema":{"type":"object"}}`,
        `{"name":"second__gone","inputSchema":{"type":"object"},"_meta":{"tallygate/table":"bars"}}`,
      ];
      upstream.results['tools/list'] = `{"tools":[${tools.join(',')}]}`;
      const pages = [`{"uri":"ui://clock/page","name":"page"}`, `{"uri":"ui://second__clock/page","name":"another's"}`];
      upstream.results['resources/list'] = `{"resources":[${pages.slice(0, name === 'first' ? 2 : 1).join(',')}]}`;
      upstream.results['resources/read'] = ({ params }) =>
        `{"contents":[{"uri":${JSON.stringify(params.uri)},"mimeType":"text/html;profile=mcp-app","text":"${name}","_meta":{"ui":{"csp":${CSP}}}}]}`;
      await upstream.start();
    }
    await rig.register(
      server('first-1', 'first', { url: upstreams.first.url }),
      server('second-1', 'second', { url: upstreams.second.url }),
    );
  });
  afterAll(async () => {
    await rig.close();
    for (const upstream of Object.values(upstreams)) await upstream.stop();
  });

  const metaOf = (name: string) =>
    textAt(
      ['_meta'],
      itemsOf(rig.catalog.listFor(caller).json).find((tool) => JSON.parse(tool).name === name)!,
    )!;
  const read = async (uri: string) =>
    (await rig.resources.find(uri, caller)!.offer.read(uri, rig.context(SILENT_CLIENT))).texts!.get('contents')!;

  it('are shown as they are by the pool that was registered first', async () => {
    expect(textAt(['ui'], metaOf('first__show'))).toBe(`{"resourceUri":"ui://clock/page","visibility":["model"],"csp":${CSP}}`);
    expect(textAt(['ui/resourceUri'], metaOf('first__hidden'))).toBe('"ui://clock/hidden"');
    expect(await read('ui://clock/page')).toContain('"uri":"ui://clock/page"');
  });

  it('have the pool’s name in their addresses where another has the same, in definitions, lists and reads', async () => {
    expect(metaOf('second__show')).toContain(
      `"x":1.0,"ui":{"resourceUri":"ui://second__clock/page","visibility":["model"],"csp":${CSP}}`,
    );
    expect(metaOf('second__hidden')).toContain(
      '"ui/resourceUri":"ui://second__clock/hidden","openai/outputTemplate":"ui://second__clock/page"',
    );
    expect(itemsOf(rig.resources.resourcesFor(caller).json).map((entry) => textAt(['uri'], entry))).toEqual([
      '"ui://clock/page"',
      '"ui://first__second__clock/page"', // called as one of the other pool is
      '"ui://second__clock/page"',
    ]);
    const [page] = itemsOf(await read('ui://second__clock/page'));
    expect([textAt(['uri'], page!), textAt(['text'], page!)]).toEqual(['"ui://second__clock/page"', '"second"']);
    expect(textAt(['_meta', 'ui', 'csp'], page!)).toBe(CSP);
    expect(upstreams.second.last('resources/read').params.uri).toBe('ui://clock/page');
  });

  it('never get what is called as a tool of another pool, nor say what only the gateway says', () => {
    expect(() => rig.catalog.get('first__gone', caller)).toThrow('Unknown tool: first__gone');
    expect(rig.catalog.get('second__second__gone', caller).tool.origin).toEqual({ server: 'second', tool: 'second__gone' });
    expect(() => rig.catalog.get('second__gone', caller)).toThrow('Unknown tool: second__gone');
    expect(metaOf('first__second__gone')).not.toContain('table');
  });

  it('can be read where a tool names them, though no server lists them', async () => {
    expect(await read('ui://clock/hidden')).toContain('"text":"first"');
    expect(await read('ui://second__clock/hidden')).toContain('"text":"second"');
    expect(rig.resources.find('ui://clock/other', caller)).toBeUndefined();
  });

  it('call their server’s tools by its own names, where only one tool is called so and the key may call it', async () => {
    expect((await rig.call('only_second')).text).toBe('seen');
    expect(upstreams.second.last('tools/call').params.name).toBe('only_second');
    expect(() => rig.catalog.get('show', caller)).toThrow('Unknown tool: show');
    rig.change('first', { show: { enabled: false } });
    expect(() => rig.catalog.get('show', caller)).toThrow('Unknown tool: show');
    rig.change('first', { show: { enabled: null } });
    const apiKey = { id: 'k', name: 'k', allowedTools: new Set(['first__show']), rateLimitPerHour: null };
    const limited: Principal = { ...caller, apiKey };
    expect(() => rig.catalog.get('only_second', limited)).toThrow('Unknown tool: only_second');
  });
});

it('A template of one pool stands for no page that a tool of another shows, though that waits for approval', async () => {
  const upstreams = [new OddUpstream('modern'), new OddUpstream('legacy')] as const;
  const [other, own] = upstreams;
  const templates = '{"resourceTemplates":[{"uriTemplate":"ui://{+any}","name":"any"}]}';
  Object.assign(other.results, { 'resources/templates/list': templates, 'resources/list': '{"resources":[]}' });
  own.results['tools/list'] = '{"tools":[{"name":"show","_meta":{"ui":{"resourceUri":"ui://clock/page"}}}]}';
  await Promise.all(upstreams.map((upstream) => upstream.start()));
  const withheld = new Set([keyOf('ui://clock/page')]);
  const rig = new UpstreamRig(
    { other: http, own: http },
    {
      admit: async (one, lists) => {
        const admitted = await admitAll(one, lists);
        return one.id === 'own-1' ? { ...admitted, withheldResources: withheld } : admitted;
      },
    },
  );
  try {
    await rig.register(server('other-1', 'other', { url: other.url }), server('own-1', 'own', { url: own.url }));
    const isFound = (uri: string) => rig.resources.find(uri, caller) !== undefined;
    await eventually(() => expect(['ui://clock/free', 'ui://clock/page'].map(isFound)).toEqual([true, false]));
  } finally {
    await rig.close();
    await Promise.all(upstreams.map((upstream) => upstream.stop()));
  }
});
