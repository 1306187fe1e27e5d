import { describe, expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';
import { maskText, maskTokens, maskUrls, maskValue } from './mask-text.js';

describe('A URL that is shown', () => {
  it.each([
    ['https://mcp.example.com/mcp?api_key=s3cret&debug=1', 'https://mcp.example.com/mcp?api_key=…&debug=…'],
    ['https://s3cret@example.com/mcp', 'https://…@example.com/mcp'],
    ['https://s3cret:x-oauth-basic@example.com:8443/', 'https://…@example.com:8443/'],
    ['https://me:p@ss/word@host', 'https://me:p@ss/word@host'.replace('me:p', '…')],
    ['https://example.com/mcp#access_token=s3cret', 'https://example.com/mcp#…'],
    ['https://example.com/mcp?s3cret0123456789ab', 'https://example.com/mcp?…'],
    ['https://mcp.example.com/api/mcp/s/NmQ3ZjE0ODktYWJj/mcp', 'https://mcp.example.com/api/mcp/s/…/mcp'],
    ['https://hooks.example.com/services/T0001/B0001/Xy12Xy12Xy12Xy12Xy12', 'https://hooks.example.com/services/T0001/B0001/…'],
    ['https://example.com/v1/6f9619ff-8b86-d011-b42d-00cf4fc964ff/sse', 'https://example.com/v1/…/sse'],
    ['https://example.com/abcdefghijklmnopqrstuvwxyzabcdefgh', 'https://example.com/…'],
    ['wss://example.com/?t=1', 'wss://example.com/?t=…'],
    [
      'postgresql://me:s3cret@db:5432/gate?password=s3cret&sslmode=require',
      'postgresql://me:…@db:5432/gate?password=…&sslmode=require',
    ],
    ['rediss://:s3cret@redis:6380/1', 'rediss://:…@redis:6380/1'],
    [
      'connect to https://u:p@a.example/x failed, https://b.example/?k=v too',
      'connect to https://…@a.example/x failed, https://b.example/?k=… too',
    ],
  ])('%s', (url, shown) => expect(maskUrls(url)).toBe(shown));

  it.each([
    'http://localhost:8123',
    'https://search.example.com/${config.tenant_number_123456}/mcp?key=${env:SEARCH_KEY_0123456789}',
    'https://example.com/model-context-protocol/servers/v2',
    'postgresql://me@db/tallygate?sslmode=require',
    'no URL at all: 0123456789abcdef0123',
    'file:///srv/archive-2024-0123456789/a.csv',
  ])('keeps what is no secret: %s', (url) => expect(maskUrls(url)).toBe(url));
});

describe('The password of a URL, whatever is in it,', () => {
  it.each([
    ...['"', "'", '<', '>', '\\', ':', '@', '(', ',', '%20', '`', '{'].map((mark) => [
      mark,
      `postgres://tg:s3cret${mark}s3cret@db.example/tg`,
    ]),
    ...[' ', '\n', '\t'].map((space) => [JSON.stringify(space), `postgres://tg:s3cret${space}s3cret@db.example/tg`]),
    ...['/', '?', '#'].map((end) => [end, `postgres://tg:s3cret${end}s3cret@db.example/tg`]),
  ])('such as %s, is hidden', (_, url) => {
    expect(maskText(url)).toMatch(/^postgres:\/\/.*…@db.example\/tg$/);
    expect(maskText(url)).not.toContain('s3cret');
  });

  it.each([
    ['in free text', `connect to postgres://tg:s3cret"s3cret@db/tg failed: x`, 'connect to postgres://tg:…@db/tg failed: x'],
    ['of one beside another', '["https://a.example","https://me:s3cret@c/"]', '["https://a.example","https://…@c/"]'],
    ['behind a word', 'URL_https://me:s3cret@a/', 'URL_https://…@a/'],
    ['with slashes as JSON may have them', 'https:\\/\\/me:s3cret@a\\/x', 'https:\\/\\/…@a\\/x'],
    ['with other slashes, or without', 'https:me:s3cret@a/', 'https:…@a/'],
    ['with too many', 'https:////me:s3cret@a/', 'https:////…@a/'],
    ['with backslashes', 'https:\\\\me:s3cret@a/', 'https:\\\\…@a/'],
  ])('is hidden %s', (_, text, shown) => expect(maskText(text)).toBe(shown));

  it.each([
    'mongodb://a:27017,b:27017/x@y',
    'http://[::1]:80/@a',
    'https://${config.host}:${config.port}/@a',
    'https://a/@b/c@1',
  ])('is not looked for where there is none: %s', (url) => expect(maskText(url)).toBe(url));
});

describe('A text that is shown', () => {
  it.each([
    ['export TOKEN=s3cret; run', 'export TOKEN=…; run'],
    ["--password='correct horse' --port=8080", '--password=… --port=8080'],
    ['Server=db;User=me;Password=s3cret', 'Server=db;User=me;Password=…'],
    ['DefaultEndpointsProtocol=https;AccountKey=s3cret==;x=1', 'DefaultEndpointsProtocol=https;AccountKey=…;x=1'],
    ['-e=API_KEY=s3cret=x', '-e=API_KEY=…'],
    ['{"apiKey": "s3\\"cret", "port": "8080"}', '{"apiKey": "…", "port": "8080"}'],
    ['refused: password=s3cret, at https://a.example/?k=s3cret', 'refused: password=…, at https://a.example/?k=…'],
    ['my password: hunter2, and more', 'my password: …, and more'],
    ['token = hunter2 and more', 'token = … and more'],
    ['{"pin": 1234, "port": 1}', '{"pin": …, "port": 1}'],
    ['{"api_key": {"value": "x"}, "port": 1}', '{"api_key": …, "port": 1}'],
    ['{"secrets": {"a": {"b": "x"}}}', '{"secrets": …'],
    ['{\\"token\\": \\"x y\\", \\"port\\": 1}', '{\\"token\\": \\"…\\", \\"port\\": 1}'],
    ["{'password': 'x y', 'port': 1}", "{'password': '…', 'port': 1}"],
    ['{"token": "cut sho', '{"token": "…"'],
    ['password=hun"ter2,x&y;z)w', 'password=…'],
    ['(token=x), ["token=x","a"]', '(token=…), ["token=…"]'],
    ['{"note":"token=x","port":"1"}', '{"note":"token=…","port":"1"}'],
    ['Authorization: Digest username="x", response="y"\nok', 'Authorization: …\nok'],
    ['Cookie: a=b; c=d\r\nAccept: */*', 'Cookie: …\r\nAccept: */*'],
    ['run x --token hunter2 --port 1', 'run x --token … --port 1'],
    ['curl -u bob:hunter2 https://a.example/', 'curl -u bob:… https://a.example/'],
    ['curl --user=bob:hunter2 -X GET', 'curl --user=bob:… -X GET'],
    ['postgresql://me@db/x?%70assword=s3cret', 'postgresql://me@db/x?%70assword=…'],
  ])('%s', (text, shown) => expect(maskText(text)).toBe(shown));

  it.each([
    'max_tokens=4096 keyboard=azerty author=me user_keys_per_hour=20000',
    'the key = value pairs, a token, and a=b=c',
    'token=${env:TOKEN}',
    'auth: none, max_keys: 3, author: me, signature_version = 4, run --port 80 -x 1',
    '{"keyword": "a", "path": "/srv"}',
  ])('keeps what is no secret: %s', (text) => expect(maskText(text)).toBe(text));

  it('names where a secret comes from, and nothing of it', () => {
    expect(maskValue('Bearer ${env:TOKEN}')).toBe('Bearer ${env:TOKEN}');
    expect(maskValue('${env:TOKEN}s3cret')).toBe('…');
  });
});

it.each([
  'a-',
  '_',
  'a',
  'a://',
  '?a',
  '://',
  'a1-',
  '${',
  '=',
  'a=',
  '="',
  "='",
  '"a":"',
  '"token":"\\',
  'token=',
  '"',
  ' a',
  'token=,',
  ',',
  'token={',
  '-u',
  '-u a:',
  '@',
  'a:@',
  '--token ',
  '\\',
  "token='",
])('takes a time that grows no faster than the text, such as of %j again and again', async (piece) => {
  const text = piece.repeat(500_000 / piece.length);
  expect(await leastCpuMs(() => maskText(text) + maskTokens(text))).toBeLessThan(QUICK_MS);
});
