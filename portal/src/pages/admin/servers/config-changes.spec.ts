import { changesOf } from './config-changes';
import { fieldsOf } from './config-fields';

const fields = fieldsOf({
  properties: { url: { type: 'string' }, depth: { type: 'integer' }, token: { type: 'string', writeOnly: true } },
});
const before = { url: 'https://a.example', token: '…' };
const changes = (after: object, keepSecrets = true) =>
  changesOf(fields, { before, after: { ...after }, secrets: ['token'], keepSecrets });

describe('what saving a server changes', () => {
  it('is named value by value, and nothing that stays', () => {
    expect(changes({ url: 'https://a.example' })).toEqual([]);
    expect(changes({ url: 'https://b.example', depth: 3 })).toEqual([
      { name: 'url', before: 'https://a.example', after: 'https://b.example' },
      { name: 'depth', before: 'nothing', after: '3' },
    ]);
  });

  it('never has a secret in it', () => {
    const typed = changes({ url: 'https://a.example', token: 's3cret' });
    expect(typed).toEqual([{ name: 'token', before: 'a secret', after: 'the secret you typed' }]);
  });

  it('has a secret that goes, where secrets are not kept', () => {
    expect(changes({ url: 'https://a.example' }, false)).toEqual([{ name: 'token', before: 'a secret', after: 'nothing' }]);
  });
});
