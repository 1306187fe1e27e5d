import { describe, expect, it } from '@jest/globals';
import { readableInputSchema, readableMembers } from './readable-definition.js';

describe('an input schema', () => {
  it.each([
    [undefined, '{"type":"object"}'],
    ['true', '{"type":"object"}'],
    ['{ }', '{"type":"object"}'],
    ['{"type":"object","a":1.0}', '{"type":"object","a":1.0}'],
    ['{ "a" : 1.0, "type" : "string" }', '{"type":"object","a":1.0}'],
    ['{"properties":{"a":true,"b":{"x":1e400}}}', '{"type":"object","properties":{"a":{},"b":{"x":1e400}}}'],
  ])('%s is shown as %s', (json, shown) => {
    expect(readableInputSchema(json && JSON.parse(json), json)).toBe(shown);
  });
});

describe('a definition', () => {
  const shown = (json: string) => readableMembers(JSON.parse(json) as never, json);

  it.each(['Description', 'DESCRIPTION', 'deſcription', 'InputSchema', 'Annotations', 'NAME'])(
    'has no member that some clients would read as another: %s',
    (name) => {
      expect(shown(`{"name":"a","description":"b","${name}":"c","x":1}`)).toEqual({ name: '"a"', description: '"b"', x: '1' });
    },
  );

  it('that can be read is as it was written', () => {
    const json = '{"name":"a","icons":[ {"src":"b"} ],"annotations":{ "readOnlyHint":true },"_meta":{"n":1.0},"x":[1.0]}';
    expect(shown(json)).toEqual({
      name: '"a"',
      icons: '[ {"src":"b"} ]',
      annotations: '{ "readOnlyHint":true }',
      _meta: '{"n":1.0}',
      x: '[1.0]',
    });
  });

  it('loses what cannot, and no more', () => {
    const { icons, annotations, title } = shown(
      '{"title":1,"icons":[{"src":1},{"src":"b","sizes":[1,"c"]}],"annotations":{"title":1,"x":2}}',
    );
    expect([icons, annotations, title]).toEqual(['[{"src":"b","sizes":["c"]}]', '{"x":2}', undefined]);
  });
});
