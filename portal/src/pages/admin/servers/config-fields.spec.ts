import type { GatewayError } from '../../../../../src/client/gateway-error';
import { configOf, fieldsOf, textOf, type Texts } from './config-fields';

const schema = {
  type: 'object',
  required: ['folder'],
  properties: {
    folder: { enum: ['/a', '/b'], description: 'Which folder' },
    token: { type: 'string', writeOnly: true },
    password: { type: 'string', format: 'password' },
    depth: { type: 'integer', default: 3 },
    deep: { type: 'boolean' },
    headers: { type: 'object' },
  },
};

describe('the form of a template', () => {
  it('has a field for each property, and JSON for what is not plain', () => {
    const kinds = fieldsOf(schema).map(({ name, kind }) => `${name} ${kind}`);
    expect(kinds).toEqual(['folder choice', 'token text', 'password text', 'depth number', 'deep yes-no', 'headers json']);
  });

  it('knows what is needed, what is secret and what is preset', () => {
    const [folder, token, password, depth] = fieldsOf(schema);
    expect(folder).toMatchObject({ isRequired: true, choices: ['/a', '/b'], hint: 'Which folder' });
    expect(token).toMatchObject({ isSecret: true, isRequired: false });
    expect([password!.isSecret, depth!.isSecret]).toEqual([true, false]);
    expect(depth!.preset).toBe('3');
  });

  it('has no fields where the schema says none', () => {
    expect(fieldsOf(null)).toEqual([]);
    expect(fieldsOf({ properties: { any: true } })).toMatchObject([{ name: 'any', kind: 'json' }]);
  });

  it('makes values of what was typed, and leaves out what is empty', () => {
    const texts = { folder: '/a', token: ' ', depth: '4', deep: 'false', headers: '{"a":"b"}' };
    expect(configOf(fieldsOf(schema), texts)).toEqual({ folder: '/a', depth: 4, deep: false, headers: { a: 'b' } });
  });

  it('names every field that is missing or cannot be read, at once', () => {
    const problems = (texts: Texts, kept: string[] = []) => {
      try {
        return configOf(fieldsOf(schema), texts, kept);
      } catch (error) {
        return (error as GatewayError).invalidFields.map(({ loc, msg }) => `${loc[0]}: ${msg}`);
      }
    };
    const wrong = { depth: 'x', headers: '{' };
    expect(problems(wrong)).toEqual(['folder: It is needed.', 'depth: Give a number.', 'headers: This is no JSON.']);
    expect(problems({}, ['folder'])).toEqual({});
  });

  it('shows texts as they are and all else as JSON', () => {
    expect([textOf('a'), textOf({ a: 1 }), textOf(undefined)]).toEqual(['a', '{"a":1}', '']);
  });
});
