import { describe, expect, it } from '@jest/globals';
import type { ToolDefinition } from '../connection/definitions.js';
import { changedDefinition, withoutArguments } from './changed-definition.js';
import { edited, UNCHANGED, type ToolEdit } from './tool-change.js';

const hidden = new Set(['a']);

/** Schemas, and what is left of them without `a`. */
const SCHEMAS: [what: string, given: string, left: string][] = [
  ['names it', '{"type":"object","properties":{"a":{},"b":{"x":1.0}}}', '{"type":"object","properties":{"b":{"x":1.0}}}'],
  ['requires it', '{"properties":{"a":{}},"required":["a","b"]}', '{"properties":{},"required":["b"]}'],
  ['requires nothing else', '{"properties":{"a":{}},"required":["a"],"x":1}', '{"properties":{},"x":1}'],
  ['requires nothing', '{"required":[]}', '{"required":[]}'],
  ['has no properties', '{"type":"object"}', '{"type":"object"}'],
  ['requires what it does not name', '{"type":"object","required":["a"]}', '{"type":"object"}'],
  ['is empty', '{}', '{}'],
  ['is true', 'true', 'true'],
  [
    'has an order of its own',
    '{"required":["b","a"],"properties":{"z":1,"a":2,"b":3}}',
    '{"required":["b"],"properties":{"z":1,"b":3}}',
  ],
  ['writes it with escapes', '{"prop\\u0065rties":{"\\u0061":{},"b":{}},"required":["\\u0061"]}', '{"properties":{"b":{}}}'],
  ['names it twice', '{"properties":{"a":1,"b":2,"a":3}}', '{"properties":{"b":2}}'],
  ['says its properties twice', '{"properties":{"a":1},"properties":{"b":2,"a":3}}', '{"properties":{"b":2}}'],
  ['has blanks', '{ "properties" : { "a" : {} , "b" : { "c" : 1 } } }', '{"properties":{"b":{ "c" : 1 }}}'],
  [
    'has one of the name further in',
    '{"properties":{"b":{"properties":{"a":{}},"required":["a"]}}}',
    '{"properties":{"b":{"properties":{"a":{}},"required":["a"]}}}',
  ],
  [
    'has alternatives',
    '{"anyOf":[{"required":["a"]},{"required":["b"]}],"allOf":[{"oneOf":[{"properties":{"a":{}}},true]}]}',
    '{"anyOf":[{},{"required":["b"]}],"allOf":[{"oneOf":[{"properties":{}},true]}]}',
  ],
  ['says something else of it', '{"if":{"required":["a"]},"$defs":{"a":{}}}', '{"if":{"required":["a"]},"$defs":{"a":{}}}'],
  [
    'is odd',
    '{"properties":["a"],"required":"a","anyOf":{"required":["a"]}}',
    '{"properties":["a"],"required":"a","anyOf":{"required":["a"]}}',
  ],
  ['requires what is no name', '{"required":[1,null,"a"]}', '{"required":[1,null]}'],
];

describe('a schema without an argument', () => {
  it.each(SCHEMAS)('that %s says nothing more of it', (_, given, left) => {
    expect(withoutArguments(given, hidden)).toBe(left);
    if (left.startsWith('{')) expect(() => void JSON.parse(left)).not.toThrow();
  });

  it('says nothing more of it in alternatives as deep as a definition may nest', () => {
    const deep = `${'{"anyOf":['.repeat(30)}{"required":["a"]}${']}'.repeat(30)}`;
    expect(withoutArguments(deep, hidden)).toBe(deep.replace('"required":["a"]', ''));
  });
});

describe('a changed definition', () => {
  const json = {
    name: '"find"',
    title: '"Find"',
    description: '"Finds.\\u0020"',
    inputSchema:
      '{"type":"object","properties":{"a":{"x-mcp-header":"Tenant"},"q":{"maximum":18446744073709551615}},"required":["a"]}',
    annotations: '{"title":"Old","readOnlyHint":true}',
    x: '[1.0]',
  };
  const definition: ToolDefinition = {
    id: 'find',
    text: '',
    name: 'find',
    title: 'Find',
    description: 'Finds. ',
    inputSchema: JSON.parse(json.inputSchema) as ToolDefinition['inputSchema'],
    annotations: { title: 'Old', readOnlyHint: true },
    json,
  };
  const changed = (edit: ToolEdit) => changedDefinition(definition, edited(UNCHANGED, edit));

  it('is the text it came in, where nothing of it is changed', () => {
    expect(changed({ name: 'look' })).toEqual(definition);
  });

  it('has the title of the operator wherever clients read one', () => {
    const { title, annotations, json: texts } = changed({ title: 'The "new" one' });
    expect([title, annotations]).toEqual(['The "new" one', { title: 'The "new" one', readOnlyHint: true }]);
    expect(texts).toEqual({
      ...json,
      title: '"The \\"new\\" one"',
      annotations: '{"title":"The \\"new\\" one","readOnlyHint":true}',
    });
    const plain = { ...definition, annotations: { readOnlyHint: true }, json: { ...json, annotations: '{"readOnlyHint":true}' } };
    const untitled = changedDefinition(plain, edited(UNCHANGED, { title: 'New' }));
    expect(untitled.json).toEqual({ ...plain.json, title: '"New"' });
  });

  it('has the description of the operator, an empty one too', () => {
    expect(changed({ description: 'Ours' }).json).toEqual({ ...json, description: '"Ours"' });
    expect(changed({ description: '' })).toMatchObject({ description: '', json: { ...json, description: '""' } });
  });

  it('says nothing of an argument that is fixed, its header included', () => {
    const { inputSchema, json: texts } = changed({ fixed: new Map([['a', '1']]) });
    expect(texts).toEqual({ ...json, inputSchema: '{"type":"object","properties":{"q":{"maximum":18446744073709551615}}}' });
    expect(inputSchema).toEqual(JSON.parse(texts['inputSchema']!));
    expect(definition.inputSchema['required']).toEqual(['a']);
  });
});
