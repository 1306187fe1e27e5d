import { describe, expect, it } from '@jest/globals';
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

describe('A text that is shown', () => {
  it.each([
    ['export TOKEN=s3cret; run', 'export TOKEN=…; run'],
    ["--password='correct horse' --port=8080", '--password=… --port=8080'],
    ['Server=db;User=me;Password=s3cret', 'Server=db;User=me;Password=…'],
    ['DefaultEndpointsProtocol=https;AccountKey=s3cret==;x', 'DefaultEndpointsProtocol=https;AccountKey=…;x'],
    ['-e=API_KEY=s3cret=x', '-e=API_KEY=…'],
    ['{"apiKey": "s3\\"cret", "port": "8080"}', '{"apiKey": "…", "port": "8080"}'],
    ['refused: password=s3cret, at https://a.example/?k=s3cret', 'refused: password=…, at https://a.example/?k=…'],
    ['postgresql://me@db/x?%70assword=s3cret', 'postgresql://me@db/x?%70assword=…'],
  ])('%s', (text, shown) => expect(maskText(text)).toBe(shown));

  it.each([
    'max_tokens=4096 keyboard=azerty author=me user_keys_per_hour=20000',
    'the key = value pairs, a token, and a=b=c',
    'token=${env:TOKEN}',
    '{"keyword": "a", "path": "/srv"}',
  ])('keeps what is no secret: %s', (text) => expect(maskText(text)).toBe(text));

  it('names where a secret comes from, and nothing of it', () => {
    expect(maskValue('Bearer ${env:TOKEN}')).toBe('Bearer ${env:TOKEN}');
    expect(maskValue('${env:TOKEN}s3cret')).toBe('…');
  });
});

it.each(['a-', '_', 'a', 'a://', '?a', '://', 'a1-', '${', '=', 'a=', '="', "='", '"a":"', '"token":"\\', 'token=', '"', ' a'])(
  'takes a time that grows no faster than the text, such as of %j again and again',
  (piece) => {
    const text = piece.repeat(500_000 / piece.length);
    const before = process.cpuUsage();
    maskText(text);
    maskTokens(text);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  },
);
