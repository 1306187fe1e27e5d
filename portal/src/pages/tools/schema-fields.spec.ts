import { describe, expect, it } from '@jest/globals';
import { argumentsOf, emptyValues, type FormValues } from './form-arguments';
import { ALL_ARGUMENTS, fieldsOf } from './schema-fields';
import { schemaRows } from './schema-rows';

const of = (properties: Record<string, object>, required: string[] = []) =>
  fieldsOf({ type: 'object', properties, required, additionalProperties: false });
const kindOf = (schema: object) => of({ it: schema })[0]!.kind;

describe('the form of a tool', () => {
  it.each([
    ['text', { type: 'string' }],
    ['text', { type: ['string', 'null'] }],
    ['text', { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    ['date', { type: 'string', format: 'date' }],
    ['date', { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }],
    ['number', { type: 'number' }],
    ['integer', { type: 'integer' }],
    ['flag', { type: 'boolean' }],
    ['choice', { enum: ['day', 'month'] }],
    ['choice', { const: 3 }],
    ['list', { type: 'array', items: { type: 'integer' } }],
    ['choices', { type: 'array', items: { enum: ['open', 'close'] } }],
    ['group', { type: 'object', properties: { from: { type: 'string' } } }],
    ['json', { type: 'array', items: { type: 'object', properties: {} } }],
    ['json', { type: 'object' }],
    ['json', { oneOf: [{ type: 'string' }, { type: 'number' }] }],
    ['json', { type: ['string', 'number'] }],
    ['json', { enum: [{ a: 1 }] }],
    ['json', {}],
  ])('asks with %s for %j', (kind, schema) => expect(kindOf(schema)).toBe(kind));

  it('has what is needed first, with descriptions, bounds and defaults', () => {
    const fields = of({ limit: { type: 'integer', minimum: 1, maximum: 9, default: 5, description: 'Rows' }, q: {} }, ['q']);
    expect(fields.map(({ name }) => name)).toEqual(['q', 'limit']);
    expect(fields[1]).toMatchObject({ minimum: 1, maximum: 9, defaultText: '5', description: 'Rows', isRequired: false });
  });

  it('follows references within the schema, and stops where they go in circles', () => {
    const node = { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } };
    const fields = fieldsOf({ type: 'object', properties: { node: { $ref: '#/$defs/Node' } }, $defs: { Node: node } });
    expect(fields[0]).toMatchObject({ kind: 'group', fields: [{ name: 'next', kind: 'group' }] });
    expect(kindOf({ $ref: '#/nowhere' })).toBe('json');
  });

  it.each([{ type: 'object' }, { oneOf: [] }, {}])('is one field of JSON for %j', (schema) => {
    expect(fieldsOf(schema)).toMatchObject([{ name: ALL_ARGUMENTS, kind: 'json' }]);
  });

  it('is empty for a tool without arguments', () => {
    expect(fieldsOf({ type: 'object', properties: {} })).toEqual([]);
    expect(fieldsOf({ type: 'object', additionalProperties: false })).toEqual([]);
  });
});

describe('what was entered', () => {
  const fields = of(
    {
      name: { type: 'string' },
      limit: { type: 'integer', minimum: 1, maximum: 9 },
      ratio: { type: 'number' },
      flag: { type: 'boolean' },
      size: { enum: [1, 'two'] },
      days: { type: 'array', items: { type: 'integer' } },
      columns: { type: 'array', items: { enum: ['open', 'close'] } },
      range: { type: 'object', properties: { from: { type: 'string' }, to: { type: 'string' } }, required: ['from'] },
      any: {},
    },
    ['name'],
  );
  const read = (values: FormValues) => argumentsOf(fields, { ...emptyValues(fields), name: 'n', ...values });

  it('is arguments of the types that the schema has', () => {
    const values = {
      limit: '3',
      ratio: '-0.5',
      flag: 'false',
      size: '1',
      days: '1\n 2 \n',
      columns: ['close'],
      any: '{"a":[1]}',
    };
    expect(read({ ...values, range: { from: 'a', to: '' } })).toEqual({
      arguments: {
        ...{ name: 'n', limit: 3, ratio: -0.5, flag: false, size: 1, days: [1, 2], columns: ['close'] },
        ...{ range: { from: 'a' }, any: { a: [1] } },
      },
      problems: {},
    });
  });

  it('leaves out what is empty, groups too', () => expect(read({})).toEqual({ arguments: { name: 'n' }, problems: {} }));

  it.each([
    ['name', { name: '' }, 'This is needed.'],
    ['limit', { limit: '1.5' }, 'This must be a whole number.'],
    ['limit', { limit: '10' }, 'At most 9.'],
    ['ratio', { ratio: 'x' }, 'This is not a number.'],
    ['days', { days: '1\nx' }, 'x: This is not a number.'],
    ['range.from', { range: { from: '', to: 'b' } }, 'This is needed.'],
    ['any', { any: '{' }, expect.stringContaining('This is not JSON')],
  ])('is refused at %s for %j', (path, values, problem) => {
    expect(read(values as FormValues).problems).toEqual({ [path]: problem });
  });

  it('is the whole object where one field stands for all', () => {
    const whole = fieldsOf({ type: 'object' });
    expect(argumentsOf(whole, { '': '{"a":1}' })).toEqual({ arguments: { a: 1 }, problems: {} });
    expect(argumentsOf(whole, { '': '' })).toEqual({ arguments: {}, problems: {} });
    expect(argumentsOf(whole, { '': '[]' }).problems).toEqual({ '': 'The arguments are a JSON object.' });
  });
});

it('Parameters are told with their types in words, those of groups below them', () => {
  const properties = {
    limit: { type: 'integer', minimum: 1, maximum: 9 },
    range: { type: 'object', properties: { from: { type: 'string', format: 'date' } }, required: ['from'] },
    size: { enum: ['day', 'month'] },
  };
  expect(schemaRows({ type: 'object', properties }).map(({ path, type }) => [path, type])).toEqual([
    ['limit', 'whole number, 1 to 9'],
    ['range', 'object'],
    ['range.from', 'day'],
    ['size', 'one of day, month'],
  ]);
});

it('Arguments may be called as what every object has', () => {
  const names = ['constructor', '__proto__', 'toString'];
  const properties = JSON.parse('{"constructor":{"type":"integer"},"__proto__":{"type":"string"},"toString":{"type":"string"}}');
  const fields = fieldsOf({ type: 'object', properties, required: names });
  const { problems } = argumentsOf(fields, emptyValues(fields));
  expect(Object.keys(problems)).toEqual(names);
  expect(argumentsOf([], {}).problems['constructor']).toBeUndefined();
  const given = argumentsOf(fields, JSON.parse('{"constructor":"1","__proto__":"a","toString":"b"}')).arguments;
  expect(JSON.stringify(given)).toBe('{"constructor":1,"__proto__":"a","toString":"b"}');
});
