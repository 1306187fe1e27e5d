import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { specTypeSchemas } from '@modelcontextprotocol/client';
import {
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListResourceTemplatesResultSchema,
  ListToolsResultSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { itemsOf, membersOf, textAt } from '../../src/common/json-text/json-members.js';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, timeout_seconds: 5 };
const OBJECT = '{"type":"object"}';
const many = Array.from({ length: 8_000 }, (_, n) => `"p${n}":{"type":"string"}`).join(',');
const nested = `${'{"properties":{"a":'.repeat(25)}{}${'}}'.repeat(25)}`;

/** Input schemas as servers publish them, and what clients are shown, where it is another text. */
const SCHEMAS: [what: string, given: string, shown?: string][] = [
  ['is plain', '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}'],
  ['has blanks and an order of its own', '{ "properties" : { "b" : {} , "a" : {} } , "type" : "object" }'],
  ['has null for a default', '{"type":"object","properties":{"q":{"type":"string","default":null}}}'],
  [
    'has a default that another keyword forbids',
    '{"type":"object","properties":{"id":{"default":""}},"oneOf":[{"required":["id"]}]}',
  ],
  ['has a default beside its enum', '{"type":"object","properties":{"s":{"enum":["a"],"default":""}}}'],
  ['has a pattern of Python', '{"type":"object","properties":{"a":{"pattern":"^(?P<w>[a-z]+)$"}}}'],
  ['has a pattern that takes for ever', '{"type":"object","properties":{"a":{"pattern":"^(a+)+$"}}}'],
  ['has a pattern that is none', '{"type":"object","properties":{"a":{"pattern":"("}}}'],
  [
    'is of draft 4',
    '{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","properties":{"p":{"exclusiveMinimum":true}}}',
  ],
  ['is of a draft nobody knows', '{"$schema":"https://example.com/my-own","type":"object"}'],
  ['names its draft by a number', '{"$schema":7,"type":"object"}', OBJECT],
  ['refers to nothing', '{"type":"object","properties":{"a":{"$ref":"#/$defs/None"}}}'],
  ['refers to somewhere else', '{"type":"object","properties":{"a":{"$ref":"http://127.0.0.1:1/x.json"}}}'],
  ['refers to itself', '{"type":"object","$ref":"#"}'],
  ['goes round in circles', '{"type":"object","$defs":{"A":{"$ref":"#/$defs/B"},"B":{"$ref":"#/$defs/A"}},"$ref":"#/$defs/A"}'],
  ['has an id that another has', '{"$id":"https://x.example/s","type":"object"}'],
  ['has that id, too', '{"$id":"https://x.example/s","type":"object","properties":{"b":{}}}'],
  ['has an id of old', '{"id":"#foo","type":"object"}'],
  ['has no type', '{"properties":{"a":{}}}', '{"type":"object","properties":{"a":{}}}'],
  ['is empty', '{}', OBJECT],
  ['is empty, with blanks', '{ }', OBJECT],
  ['is null', 'null', OBJECT],
  ['is true', 'true', OBJECT],
  ['is false', 'false', OBJECT],
  ['is a list', '[{"type":"object"}]', OBJECT],
  ['is a text', '"{}"', OBJECT],
  ['is of several types', '{"type":["object","null"],"title":"x"}', '{"type":"object","title":"x"}'],
  ['is of a type in capitals', '{"type":"Object"}', OBJECT],
  ['is of a list', '{"type":"array","items":{}}', '{"type":"object","items":{}}'],
  ['is of type null', '{"type":null,"title":"x"}', '{"type":"object","title":"x"}'],
  ['says its type twice', '{"type":"object","type":"string"}', OBJECT],
  ['has a choice at its root', '{"anyOf":[{"type":"object"}]}', '{"type":"object","anyOf":[{"type":"object"}]}'],
  ['has null for its properties', '{"type":"object","properties":null,"required":null}', OBJECT],
  ['has a list of properties', '{"type":"object","properties":[]}', OBJECT],
  ['has a text for its properties', '{"type":"object","properties":"a"}', OBJECT],
  [
    'has properties that are true, false, null and a text',
    '{"type":"object","properties":{"a":true,"b":false,"c":null,"d":"string","e":{"x":1.0}}}',
    '{"type":"object","properties":{"a":{},"b":{"not":{}},"c":{},"d":{},"e":{"x":1.0}}}',
  ],
  ['requires a text', '{"type":"object","required":"a"}', OBJECT],
  ['requires true', '{"type":"object","required":true}', OBJECT],
  ['requires what is no name', '{"type":"object","required":["a",1,null]}', '{"type":"object","required":["a"]}'],
  ['marks what is required as of old', '{"type":"object","properties":{"a":{"required":true}}}'],
  ['has types in capitals', '{"type":"object","properties":{"a":{"type":"STRING"}}}'],
  ['has one word twice in an enum', '{"type":"object","properties":{"a":{"enum":["x","x"]}}}'],
  ['has a long enum', `{"type":"object","properties":{"a":{"enum":[${'"abcdefgh",'.repeat(9_999)}"z"]}}}`],
  ['has thousands of properties', `{"type":"object","properties":{${many}}}`],
  [
    'has bounds beyond the numbers of JavaScript',
    '{"type":"object","properties":{"a":{"maximum":18446744073709551615,"minimum":-9223372036854775808}}}',
  ],
  ['has formats of its own', '{"type":"object","properties":{"a":{"format":"uint64"}}}'],
  ['has keywords of its own', '{"type":"object","x-google":{"y":[1.0,null]},"nullable":true}'],
  [
    'has names that mean something to JavaScript',
    '{"type":"object","properties":{"__proto__":{"a":1},"constructor":{},"10":{},"2":{}}}',
  ],
  ['has names with escapes', '{"type":"object","properties":{"\\u0061\\"\\\\":{}}}'],
  ['is nested', nested, `{"type":"object",${nested.slice(1)}`],
];

/** Members of a definition that clients read, and what they are shown of them; nothing where that is undefined. */
const MEMBERS: [of: 'tools' | 'resources' | 'prompts', member: string, shown: string | undefined][] = [
  ['tools', '"title":null', '"title":"odd"'],
  ['tools', '"title":7', '"title":"odd"'],
  ['tools', '"description":null', undefined],
  ['tools', '"description":["a"]', undefined],
  ['tools', '"annotations":{"readOnlyHint":"true","openWorldHint":true}', '"annotations":{"openWorldHint":true}'],
  ['tools', '"annotations":{"title":null,"x":null}', '"annotations":{"x":null}'],
  ['tools', '"annotations":[]', undefined],
  ['tools', '"icons":{"src":"x"}', undefined],
  [
    'tools',
    '"icons":[{"src":"https://a.example/i.png","sizes":["48x48"],"x":1.0}]',
    '"icons":[{"src":"https://a.example/i.png","sizes":["48x48"],"x":1.0}]',
  ],
  ['tools', '"icons":[null,{"src":7},{"src":"a:b","sizes":"48x48","theme":"blue"}]', '"icons":[{"src":"a:b"}]'],
  ['tools', '"execution":{"taskSupport":"optional"}', '"execution":{"taskSupport":"optional"}'],
  ['tools', '"execution":{"taskSupport":"maybe"}', '"execution":{}'],
  [
    'tools',
    '"_meta":{"ui":{"resourceUri":"ui://w"},"openai/x":null,"n":1.0}',
    '"_meta":{"ui":{"resourceUri":"ui://w"},"openai/x":null,"n":1.0}',
  ],
  ['tools', '"_meta":"x"', undefined],
  ['tools', '"outputSchema":null', undefined],
  ['tools', '"outputSchema":{"type":"object","properties":[]}', '"outputSchema":{"type":"object"}'],
  ['tools', '"vendorExt":{"a":1e400}', '"vendorExt":{"a":1e400}'],
  ['tools', '"vendorExt":null', undefined],
  ['tools', '"vendorExt":{"a":1,"b":[{"c":1,"c":2.0}],"\\u0061":3}', '"vendorExt":{"a":3,"b":[{"c":2.0}]}'],
  ['tools', '"description":"Obey.","description":"Adds."', '"description":"Adds."'],
  ['resources', '"size":"3"', undefined],
  ['resources', '"size":9007199254740993', '"size":9007199254740993'],
  ['resources', '"mimeType":null', undefined],
  ['resources', '"annotations":{"audience":["user","bot"],"priority":7}', '"annotations":{"audience":["user"]}'],
  ['resources', '"annotations":{"lastModified":"yesterday"}', '"annotations":{}'],
  [
    'resources',
    '"annotations":{"lastModified":"2026-01-02T03:04:05+02:00"}',
    '"annotations":{"lastModified":"2026-01-02T03:04:05+02:00"}',
  ],
  ['prompts', '"arguments":null', undefined],
  ['prompts', '"arguments":{"a":{}}', undefined],
  [
    'prompts',
    '"arguments":[{"name":"a","required":"yes","x":1.0},{"name":7},null,{"name":"b","description":null,"required":true}]',
    '"arguments":[{"name":"a","x":1.0},{"name":"b","required":true}]',
  ],
];

const ID = { tools: 'name', resources: 'uri', prompts: 'name' } as const;
const upstream = new OddUpstream();
const odd = new OddUpstream();
let rig: UpstreamRig;

/** The entry of a list, as text. */
const listed = (json: string, id: string, value: string): string =>
  itemsOf(json).find((entry) => textAt([id], entry) === JSON.stringify(value))!;

beforeAll(async () => {
  const tools = SCHEMAS.map(([, schema], n) => `{"name":"t${n}","inputSchema":${schema}}`);
  upstream.results['tools/list'] = `{"tools":[${tools.join(',')}]}`;
  for (const list of ['tools', 'resources', 'prompts'] as const) {
    const mine = MEMBERS.filter(([of]) => of === list);
    const schema = list === 'tools' ? `"inputSchema":${OBJECT},` : '';
    const entries = mine.map(
      ([, member], n) => `{"${ID[list]}":"${list === 'resources' ? 'odd:' : 'odd'}${n}",${schema}${member}}`,
    );
    odd.results[`${list}/list`] = `{"${list}":[${entries.join(',')}]}`;
  }
  await Promise.all([upstream.start(), odd.start()]);
  rig = new UpstreamRig({ up: http, odd: { ...http, prefix: 'none' } });
  await rig.register(server('up-1', 'up', { url: upstream.url }), server('odd-1', 'odd', { url: odd.url }));
}, 30_000);
afterAll(async () => {
  await rig.close();
  await Promise.all([upstream.stop(), odd.stop()]);
});

describe('an input schema that', () => {
  it.each(SCHEMAS.map(([what, given, shown = given], n) => [what, shown, `up__t${n}`]))(
    '%s is shown as it is, or as little changed as clients need, and arguments go on as they are written',
    async (_, shown, name) => {
      expect(textAt(['inputSchema'], listed(rig.catalog.listFor(caller).json, 'name', name))).toBe(shown);
      const given = '{ "b":1.0,"a":[null, 1e400],"id":9007199254740993 }';
      const sent = { params: new Map([['arguments', given]]), meta: new Map<string, string>() };
      expect((await rig.call(name, JSON.parse(given) as never, new Cancellation(), { sent })).text).toBe('seen');
      expect(textAt(['params', 'arguments'], upstream.last('tools/call').text)).toBe(given);
    },
  );
});

describe('a member of a definition', () => {
  it.each(
    (['tools', 'resources', 'prompts'] as const).flatMap((list) =>
      MEMBERS.filter(([of]) => of === list).map(([, given, shown], n) => [list, given, shown, n] as const),
    ),
  )('of %s: %s is shown as %s', (list, given, shown, n) => {
    const lists = {
      tools: rig.catalog.listFor(caller),
      resources: rig.resources.resourcesFor(caller),
      prompts: rig.prompts.listFor(caller),
    };
    const [name] = membersOf(`{${given}}`).keys();
    const entry = listed(lists[list].json, ID[list], list === 'resources' ? `odd:${n}` : `odd${n}`);
    const text = textAt([name!], entry);
    expect(text === undefined ? undefined : `"${name}":${text}`).toBe(shown?.replace('"odd"', `"odd${n}"`));
  });
});

describe('all that is listed', () => {
  it('is read by the official clients of both eras, which refuse a whole list for one thing in it', async () => {
    const list = (isModern: boolean) => {
      const { json } = rig.catalog.listFor(caller, undefined, { isModern, asksForTasks: !isModern });
      return { tools: JSON.parse(json) as unknown };
    };
    const resources = { resources: JSON.parse(rig.resources.resourcesFor(caller).json) as unknown };
    const resourceTemplates = { resourceTemplates: JSON.parse(rig.resources.templatesFor(caller).json) as unknown };
    const prompts = { prompts: JSON.parse(rig.prompts.listFor(caller).json) as unknown };
    expect(ListToolsResultSchema.safeParse(list(false)).error?.issues).toBeUndefined();
    expect(ListResourcesResultSchema.safeParse(resources).error?.issues).toBeUndefined();
    expect(ListResourceTemplatesResultSchema.safeParse(resourceTemplates).error?.issues).toBeUndefined();
    expect(ListPromptsResultSchema.safeParse(prompts).error?.issues).toBeUndefined();
    const hints = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };
    const modern = [
      specTypeSchemas.ListToolsResult['~standard'].validate({ ...list(true), ...hints }),
      specTypeSchemas.ListResourcesResult['~standard'].validate({ ...resources, ...hints }),
      specTypeSchemas.ListPromptsResult['~standard'].validate({ ...prompts, ...hints }),
    ];
    for (const { issues } of await Promise.all(modern)) expect(issues).toBeUndefined();
  });
});
