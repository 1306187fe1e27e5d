import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { membersOf, textAt } from '../../src/common/json-text/json-members.js';
import { resultIn } from '../../src/mcp-gateway/methods/tool-result.js';
import { recordedCall } from '../../src/tools/call/recorded-call.js';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { SILENT_CLIENT } from '../../src/tools/source/call-context.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, timeout_seconds: 5, prefix: 'template' };
const upstreams = { legacy: new OddUpstream('legacy'), modern: new OddUpstream('modern') };
const ERAS = ['legacy', 'modern'] as const;
let rig: UpstreamRig;

beforeAll(async () => {
  for (const one of Object.values(upstreams)) await one.start();
  for (const era of ERAS) {
    upstreams[era].results['resources/list'] = `{"resources":[{"uri":"odd://${era}","name":"a"}]}`;
    upstreams[era].results['prompts/list'] = '{"prompts":[{"name":"plan"}]}';
  }
  rig = new UpstreamRig({ legacy: http, modern: http });
  await rig.register(...ERAS.map((era) => server(`${era}-1`, era, { url: upstreams[era].url })));
});
afterAll(async () => {
  await rig.close();
  for (const one of Object.values(upstreams)) await one.stop();
});

/** The result of a call, as a client of this era gets it from a server of that, without what the gateway says of it. */
async function resultFor(client: 'legacy' | 'modern', era: 'legacy' | 'modern', result: string): Promise<string> {
  upstreams[era].results['tools/call'] = result;
  const { texts, errorCode, ...outcome } = await rig.call(`${era}__look`);
  if (!texts) throw new Error(outcome.text);
  const recorded = recordedCall({ outcome: { ...outcome, result: outcome, errorCode } as never, json: texts }, 0, {
    charged: 0,
    remaining: null,
  });
  const said = membersOf(resultIn(recorded, { modern: client === 'modern' } as never));
  const meta = membersOf(said.get('_meta')!);
  meta.delete('tallygate/usage');
  said.delete('_meta');
  if (meta.size > 0) said.set('_meta', textOfMembers(meta));
  return textOfMembers(said);
}
const textOfMembers = (members: Map<string, string>) =>
  `{${[...members].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;

const OK = '"content":[{"type":"text","text":"ok"}]';

/** Results as servers give them, and what clients of either era get, where it is something else. */
const RESULTS: [what: string, given: string, shown?: string][] = [
  ['is plain', `{${OK}}`],
  ['has members nobody knows', `{${OK},"vendorField":7,"x":{"y":[1.0,null]}}`],
  [
    'has numbers that JavaScript rounds',
    `{${OK},"structuredContent":{"id":2047948614742839297,"price":1.0,"big":1e400,"neg":-0.0,"10":"a","2":"b"}}`,
  ],
  [
    'has blanks of its own',
    '{"content": [ { "type" : "text" , "text" : "ok" } ] }',
    '{"content":[ { "type" : "text" , "text" : "ok" } ]}',
  ],
  ['has blocks nobody knows', '{"content":[{"type":"video","data":"AAAA","mimeType":"video/mp4","n":1.0},{"type":"x"}]}'],
  [
    'has links, icons and annotations',
    '{"content":[{"type":"resource_link","uri":"x:1","name":"n","icons":[{"src":"a"}],"_meta":{"k":1},"annotations":{"priority":1.0}}]}',
  ],
  ['has null in its blocks', '{"content":[{"type":"text","text":"ok","annotations":null,"_meta":null}]}'],
  ['has text that looks like JSON', '{"content":[{"type":"text","text":"\\u007b\\"a\\":1}\\ud83d\\ude00"}]}'],
  ['has null for what it has not', `{${OK},"isError":null,"_meta":null}`, `{${OK}}`],
  ['is no error', `{${OK},"isError":false}`],
  ['is an error', `{${OK},"isError":true}`],
  ['is an error by a text', `{${OK},"isError":"true"}`, `{${OK},"isError":true}`],
  ['says its content twice', `{"content":[],${OK}}`, `{${OK}}`],
  ['has a text for its content', '{"content":"ok"}', `{${OK}}`],
  ['has null for its content', '{"content":null,"structuredContent":{"a":1}}', '{"content":[],"structuredContent":{"a":1}}'],
  ['has no content', '{"structuredContent":{"a":1}}', '{"structuredContent":{"a":1},"content":[]}'],
  ['has nothing', '{}', '{"content":[]}'],
  ['has metadata', `{${OK},"_meta":{"vendor.example/r":2.0,"n":null,"io.modelcontextprotocol/x":1}}`],
  [
    'has metadata in the name of the gateway',
    `{${OK},"_meta":{"tallygate/usage":0,"tallygate\\/replayed":true,"a":1}}`,
    `{${OK},"_meta":{"a":1}}`,
  ],
  ['has metadata that is a list', `{${OK},"_meta":[1]}`, `{${OK}}`],
  ['has names that mean something to JavaScript', `{${OK},"__proto__":{"isError":true},"constructor":1}`],
];

describe('a result that', () => {
  const rows = RESULTS.flatMap(([what, given, shown = given]) =>
    ERAS.flatMap((client) => ERAS.map((era) => [what, client, era, given, shown] as const)),
  );
  it.each(rows)('%s is given to a %s client by a %s server as it is', async (_, client, era, given, shown) => {
    expect(await resultFor(client, era, given)).toBe(shown);
  });

  const DATA = ['[1,2.0]', '"hi"', '0', 'false', '9007199254740993', '{"a":1.0}'];
  it.each(DATA)('has data of any type: %s', async (data) => {
    const given = `{${OK},"structuredContent":${data}}`;
    for (const era of ERAS) {
      expect(await resultFor('modern', era, given)).toBe(given);
      // Clients of before refuse a result for it.
      expect(await resultFor('legacy', era, given)).toBe(data.startsWith('{') ? given : `{${OK}}`);
      const alone = `{"content":[],"structuredContent":${data}}`;
      const text = JSON.stringify([{ type: 'text', text: data }]);
      expect(await resultFor('legacy', era, alone)).toBe(data.startsWith('{') ? alone : `{"content":${text}}`);
    }
  });

  it('has null for its data says so in MCP 2026-07-28, and nothing before', async () => {
    const given = `{${OK},"structuredContent":null}`;
    expect(await resultFor('modern', 'modern', given)).toBe(given);
    expect(await resultFor('modern', 'legacy', given)).toBe(`{${OK}}`);
    expect(await resultFor('legacy', 'modern', given)).toBe(`{${OK}}`);
  });

  it.each([
    ['{"content":{"type":"text"}}', '"content" is not a list'],
    ['{"content":7}', '"content" is not a list'],
    ['{"content":["ok"]}', '"content[0]" is not what it should be'],
    [`{"content":[{"type":"text"},null]}`, '"content[1]" is not what it should be'],
    ['{"content":[{"text":"ok"}]}', '"content[0]" is not what it should be'],
  ])('%s is refused, by the name of what is wrong', async (result, words) => {
    upstreams.legacy.results['tools/call'] = result;
    expect((await rig.call('legacy__look')).text).toContain(words);
  });
});

describe.each(ERAS)('what is read from a %s server', (era) => {
  const context = () => rig.context();
  it('is as it was written: contents, messages, metadata and what nobody knows', async () => {
    const contents =
      '[{"uri":"odd://a","text":"x","n":9007199254740993,"_meta":{"ui":{"csp":1.0}}},{"uri":"odd://b","blob":"AA=="}]';
    upstreams[era].results['resources/read'] = `{"contents":${contents},"x":1.0,"_meta":{"a":1.0,"tallygate/usage":1}}`;
    const read = await rig.resources.find(`odd://${era}`, caller)!.offer.read(`odd://${era}`, context());
    expect([...read.texts!]).toEqual([
      ['contents', contents],
      ['x', '1.0'],
      ['_meta', '{"a":1.0}'],
    ]);
    const messages =
      '[{"role":"user","content":{"type":"video","n":1e400},"y":null},{"role":"assistant","content":[{"type":"text","text":"a"}]}]';
    upstreams[era].results['prompts/get'] = `{"description":"d","messages":${messages},"x":[1.0]}`;
    const got = await rig.prompts.find(`${era}__plan`, caller)!.offer.get({}, context());
    expect(Object.fromEntries(got.texts!)).toEqual({ description: '"d"', messages, x: '[1.0]' });
  });

  it('is completed, whatever else the server says', async () => {
    upstreams[era].results['completion/complete'] =
      '{"completion":{"values":["a"],"total":null,"hasMore":null,"x":1},"_meta":null}';
    const { complete } = rig.prompts.find(`${era}__plan`, caller)!.offer;
    expect(await complete!('a', '', {}, context())).toMatchObject({ values: ['a'] });
  });
});

describe.each(ERAS)('the metadata of a request to a %s server', (era) => {
  const meta = new Map([
    ['vendor.example/tenant', '{"id":9007199254740993}'],
    ['n', '1.0'],
    ['progressToken', '7'],
    ['tallygate/idempotencyKey', '"k"'],
    ['io.modelcontextprotocol/clientInfo', '{"name":"spy"}'],
    ['io.modelcontextprotocol/related-task', '{}'],
  ]);
  const sent = { params: new Map([['arguments', '{}']]), meta };
  const OWN = ['clientCapabilities', 'clientInfo', 'protocolVersion'].map((name) => `io.modelcontextprotocol/${name}`);
  const METHODS: [method: string, ask: () => Promise<unknown>][] = [
    ['tools/call', () => rig.call(`${era}__look`, {}, new Cancellation(), { sent })],
    [
      'resources/read',
      () => rig.resources.find(`odd://${era}`, caller)!.offer.read(`odd://${era}`, rig.context(SILENT_CLIENT, sent)),
    ],
    ['prompts/get', () => rig.prompts.find(`${era}__plan`, caller)!.offer.get({}, rig.context(SILENT_CLIENT, sent))],
    [
      'completion/complete',
      () => rig.prompts.find(`${era}__plan`, caller)!.offer.complete!('a', '', {}, rig.context(SILENT_CLIENT, sent)),
    ],
  ];

  it.each(METHODS)('%s is the caller’s, without what is for the gateway or said anew', async (method, ask) => {
    await ask();
    const { text } = upstreams[era].last(method);
    const said = membersOf(textAt(['params', '_meta'], text)!);
    expect([said.get('vendor.example/tenant'), said.get('n')]).toEqual(['{"id":9007199254740993}', '1.0']);
    expect([...said.keys()].filter((name) => !['vendor.example/tenant', 'n'].includes(name)).sort()).toEqual(
      era === 'modern' ? OWN : [],
    );
    expect(text).not.toContain('spy');
  });

  it('names the progress of the call by a token of the gateway, whatever the caller’s is', async () => {
    const client = { ...SILENT_CLIENT, wantsProgress: true };
    await rig.call(`${era}__look`, {}, new Cancellation(), { sent, client });
    const { params, id } = upstreams[era].last('tools/call');
    expect(String(params._meta.progressToken)).toBe(id);
  });
});
