import { describe, expect, it } from '@jest/globals';
import { headersFor, parameterHeadersOf } from '../../tools/catalog/parameter-header.js';
import { checkParameterHeaders } from './routed-headers.js';

const marked = (type: string, header: unknown) => ({ type, 'x-mcp-header': header });

describe('arguments in headers', () => {
  const schema = {
    type: 'object' as const,
    properties: {
      region: marked('string', 'Region'),
      deep: { type: 'object', properties: { count: marked('integer', 'Count') } },
      list: { type: 'array', items: marked('string', 'Item') },
      broken: marked('string', 'two words'),
      plain: { type: 'string' },
    },
  };
  const check = (headers: Record<string, string>, args: object) => () => checkParameterHeaders(schema, headers, args);
  const mismatch = expect.objectContaining({ code: -32_020, status: 400 });

  it('are those the schema marks at one certain place, under a name that can be a header', () => {
    expect(parameterHeadersOf(schema).map(({ header }) => header)).toEqual(['Mcp-Param-Region', 'Mcp-Param-Count']);
  });

  it.each<[string, Record<string, string>, object]>([
    ['plain', { 'mcp-param-region': 'eu' }, { region: 'eu' }],
    ['in base64', { 'mcp-param-region': '=?base64?w7xiZXI=?=' }, { region: 'über' }],
    ['that only look like base64', { 'mcp-param-region': '=?base64?SGVsbG8=' }, { region: '=?base64?SGVsbG8=' }],
    ['of numbers, by their value', { 'mcp-param-count': '42.0' }, { deep: { count: 42 } }],
    ['that are not there, of arguments that are not', {}, { region: null }],
  ])('are taken %s', (_, headers, args) => expect(check(headers, args)).not.toThrow());

  it.each<[string, Record<string, string>, object]>([
    ['say something else', { 'mcp-param-region': 'us' }, { region: 'eu' }],
    ['are missing', {}, { region: 'eu' }],
    ['say something the body does not', { 'mcp-param-region': 'eu' }, {}],
    ['are no base64', { 'mcp-param-region': '=?base64?SGVsbG8?=' }, { region: 'Hello' }],
    ['have letters base64 does not', { 'mcp-param-region': '=?base64?SGVs!!!bG8=?=' }, { region: 'Hello' }],
    ['are empty where the argument is zero', { 'mcp-param-count': '' }, { deep: { count: 0 } }],
  ])('are refused when they %s', (_, headers, args) => expect(check(headers, args)).toThrow(mismatch));

  it.each<object>([
    { region: 'eu', deep: { count: 42 } },
    { region: 'über' },
    { region: ' padded ' },
    { region: '=?base64?SGVsbG8=?=' },
    { region: '' },
    { region: null },
  ])('are sent so that they are taken: %j', (args) => {
    const headers = headersFor(schema, args as Record<string, unknown>, JSON.stringify(args))!;
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    expect(check(lower, args)).not.toThrow();
  });

  it('say a number as it was written that JavaScript cannot hold', () => {
    const json = '{"deep":{"count":1917043659912705296}}';
    const headers = headersFor(schema, JSON.parse(json) as Record<string, unknown>, json)!;
    expect(Object.values(headers)).toEqual(['1917043659912705296']);
  });

  it('cost a tool without marks nothing', () => {
    expect(
      headersFor({ type: 'object', properties: { plain: { type: 'string' } } }, { plain: 'a' }, '{"plain":"a"}'),
    ).toBeUndefined();
  });
});
