import { beforeEach, describe, expect, it } from '@jest/globals';
import zlib from 'node:zlib';
import { eventually } from '../support/eventually.js';
import { answerWith, failure, SEEN, streamOf, success, type Asked } from '../support/upstreams/odd-upstream.js';
import { withOddUpstream } from '../support/upstreams/odd-rig.js';
import { server } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = {
  transport: 'http',
  url: '${config.url}',
  config,
  timeout_seconds: 3,
  connect_timeout_seconds: 1,
  health_check_timeout: 1,
};
const JSON_TYPE = { 'content-type': 'application/json' };

const odd = withOddUpstream(http);

const onCall = (answer: (asked: Asked) => unknown) => (asked: Asked) =>
  asked.method === 'tools/call' ? (answer(asked), true) : false;
const on = (method: string, answer: (asked: Asked) => unknown) => (asked: Asked) =>
  asked.method === method ? (answer(asked), true) : false;

/** What servers say of themselves. */
describe('a server that begins', () => {
  const info = '"serverInfo":{"name":"x"}';
  it.each([
    [
      'with null for what it has not',
      `{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":null},"resources":null,"logging":null},${info},"instructions":null,"_meta":null}`,
    ],
    ['without capabilities', `{"protocolVersion":"2025-06-18","capabilities":{},${info}}`],
    ['with capabilities that are true', `{"protocolVersion":"2025-06-18","capabilities":{"tools":true,"prompts":false},${info}}`],
    ['with null for its capabilities', `{"protocolVersion":"2025-06-18","capabilities":null,${info}}`],
    ['without a name', '{"protocolVersion":"2025-06-18","capabilities":{}}'],
    ['with a revision of a draft', `{"protocolVersion":"2024-10-07","capabilities":{},${info}}`],
    ['with a revision nobody knows', `{"protocolVersion":"next","capabilities":{},${info}}`],
    ['without a revision', `{"capabilities":{},${info}}`],
    ['with instructions that are a list', `{"protocolVersion":"2025-06-18","capabilities":{},${info},"instructions":["a"]}`],
    ['with members nobody knows', `{"protocolVersion":"2025-06-18","capabilities":{"x":{"y":null}},${info},"z":1e400}`],
  ])('%s is called', async (_, result) => {
    odd.upstream.results['initialize'] = result;
    await odd.register();
    expect(await odd.call()).toBe('seen');
    await odd.upstream.stop();
  });

  it('with an error is unhealthy, in its words', async () => {
    odd.upstream.bend = on('initialize', (asked) =>
      answerWith(asked, failure(asked, '{"code":"E_OLD","message":"too old","data":{"a":1}}')),
    );
    odd.rig.set(server('refusing', 'odd', { url: odd.upstream.url }));
    await eventually(() => expect(odd.rig.health.of('refusing').error).toBe('refusing refused to start a session: too old'));
    await odd.upstream.stop();
  });
});

describe('a server that is forgiven', () => {
  it.each<[what: string, bend: (asked: Asked) => unknown]>([
    ['does not take that the session has begun', on('notifications/initialized', (asked) => answerWith(asked, 'no', {}, 500))],
    [
      'answers that with a page',
      on('notifications/initialized', (asked) => answerWith(asked, '<p>', { 'content-type': 'text/html' })),
    ],
    ['answers that with null', on('notifications/initialized', (asked) => answerWith(asked, 'null'))],
    [
      'is asked for its era and fails',
      on('server/discover', (asked) => answerWith(asked, '<h1>', { 'content-type': 'text/html' }, 500)),
    ],
    ['is asked for its era and says nothing', on('server/discover', () => undefined)],
    ['is asked for its era and breaks off', on('server/discover', ({ response }) => response.destroy())],
    ['is asked for its era and finds it not acceptable', on('server/discover', (asked) => answerWith(asked, '', {}, 406))],
    ['is asked for its era and says it is empty', on('server/discover', (asked) => answerWith(asked, success(asked, '{}')))],
    [
      'is asked for its era and names another',
      on('server/discover', (asked) => answerWith(asked, success(asked, '{"supportedVersions":["2030-01-01",7]}'))),
    ],
    ['knows no ping', on('ping', (asked) => answerWith(asked, failure(asked, '{"code":-32601,"message":"no"}')))],
    [
      'refuses a ping',
      on('ping', (asked) => answerWith(asked, failure(asked, '{"code":-32600,"message":"no"}'), JSON_TYPE, 400)),
    ],
    ['says nothing to a ping', on('ping', () => undefined)],
    ['has no stream of its own: 404', on('GET', (asked) => answerWith(asked, '', {}, 404))],
    ['has no stream of its own: 500', on('GET', (asked) => answerWith(asked, '', {}, 500))],
    ['has no stream of its own: a page', on('GET', (asked) => answerWith(asked, '<p>', { 'content-type': 'text/html' }))],
    ['moved to another path (307)', redirect(307, '/mcp/')],
    ['moved to another path for good (308)', redirect(308, '/other?x=1')],
    [
      'moved twice',
      (asked) => redirect(307, '/a')(asked) && (asked.request.url === '/a' ? redirect(308, '/b', '/a')(asked) : true),
    ],
  ])('that %s', async (_, bend) => {
    odd.upstream.bend = bend;
    await odd.register();
    expect(await odd.call()).toBe('seen');
    await odd.upstream.stop();
  });

  it('and is asked where it was found, once it has moved', async () => {
    odd.upstream.bend = redirect(307, '/mcp/');
    await odd.register();
    for (let n = 0; n < 3; n += 1) expect(await odd.call()).toBe('seen');
    expect(odd.upstream.asked.filter(({ method, request }) => method === 'tools/call' && request.url === '/mcp')).toHaveLength(0);
    await odd.upstream.stop();
  });
});

function redirect(status: number, location: string, from = '/mcp') {
  return (asked: Asked) => asked.request.url === from && answerWith(asked, '', { location }, status);
}

describe('a call that is answered with what is none', () => {
  beforeEach(odd.register);

  it.each<[what: string, answer: (asked: Asked) => unknown, words: RegExp]>([
    ['nothing', (asked) => answerWith(asked, ''), /not MCP: its body is empty/],
    ['no content', (asked) => answerWith(asked, '', {}, 204), /not MCP: its body is empty/],
    [
      'a page',
      (asked) => answerWith(asked, '<html>', { 'content-type': 'text/html' }),
      /not MCP: its body is no JSON but text\/html/,
    ],
    ['half a message', (asked) => answerWith(asked, '{"jsonrpc":'), /not MCP: its body is no JSON/],
    ['null', (asked) => answerWith(asked, 'null'), /not MCP: its body is no answer/],
    ['a text', (asked) => answerWith(asked, '"OK"'), /not MCP: its body is no answer/],
    ['an empty batch', (asked) => answerWith(asked, '[]'), /not MCP: its body is no answer/],
    ['a long batch', (asked) => answerWith(asked, `[${'{},'.repeat(1_000)}{}]`), /more than 1000 messages/],
    ['an object', (asked) => answerWith(asked, '{"ok":true}'), /not MCP: its body is no answer/],
    [
      'an answer to another',
      (asked) => answerWith(asked, success({ ...asked, id: '7' }, SEEN)),
      /not MCP: its body is no answer/,
    ],
    [
      'neither result nor error',
      (asked) => answerWith(asked, `{"jsonrpc":"2.0","id":${asked.id}}`),
      /neither "result" nor "error"/,
    ],
    ['a result that is a list', (asked) => answerWith(asked, success(asked, '[]')), /"result" is not an object/],
    ['a result that is null', (asked) => answerWith(asked, success(asked, 'null')), /"result" is not an object/],
    ['a stream without it', (asked) => streamOf(asked, [': hi\n\n']), /it ended its answer early/],
    ['a stream that breaks', (asked) => streamOf(asked, ['data: {"json'], 'destroy'), /the connection broke/],
    [
      'a body that breaks',
      ({ response }) => response.writeHead(200, { ...JSON_TYPE, 'content-length': '500' }).write('{', () => response.destroy()),
      /closed the connection/,
    ],
    ['a broken connection', ({ response }) => response.destroy(), /closed the connection/],
    [
      'a coding nobody knows',
      (asked) => answerWith(asked, 'x', { ...JSON_TYPE, 'content-encoding': 'snappy' }),
      /its answer is encoded as "snappy"/,
    ],
    [
      'a coding that JavaScript knows',
      (asked) => answerWith(asked, 'x', { ...JSON_TYPE, 'content-encoding': 'constructor' }),
      /is encoded as "constructor"/,
    ],
    [
      'many codings',
      (asked) => answerWith(asked, 'x', { ...JSON_TYPE, 'content-encoding': 'gzip,gzip,gzip,gzip' }),
      /encoded too often/,
    ],
    [
      'what is not gzip',
      (asked) => answerWith(asked, '{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }),
      /not encoded as it says/,
    ],
    ['what is not br', (asked) => answerWith(asked, '{}', { ...JSON_TYPE, 'content-encoding': 'br' }), /not encoded as it says/],
    [
      'half of its gzip',
      (asked) =>
        answerWith(asked, zlib.gzipSync(success(asked, SEEN)).subarray(0, 30), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
      /not encoded as it says/,
    ],
    [
      'a redirect to elsewhere',
      (asked) => answerWith(asked, '', { location: 'http://example.com/' }, 307),
      /HTTP 307, a redirect that is not followed/,
    ],
    ['a redirect to no address', (asked) => answerWith(asked, '', { location: 'http://[' }, 308), /HTTP 308, a redirect/],
    ['a redirect to nowhere', (asked) => answerWith(asked, '', {}, 307), /HTTP 307, a redirect/],
    [
      'a redirect for a GET (301)',
      (asked) => answerWith(asked, '', { location: '/x' }, 301),
      /HTTP 301, a redirect that is not followed/,
    ],
    [
      'a redirect for a GET (302)',
      (asked) => answerWith(asked, '', { location: '/x' }, 302),
      /HTTP 302, a redirect that is not followed/,
    ],
    ['a redirect to itself', (asked) => answerWith(asked, '', { location: '/mcp' }, 307), /HTTP 307, a redirect/],
  ])('%s says so, and the next call is answered', async (_, answer, words) => {
    odd.upstream.bend = onCall(answer);
    // As often as there are connections: none is kept by what nobody reads.
    const said = await Promise.all(Array.from({ length: 40 }, odd.call));
    expect(said[0]).toMatch(words);
    odd.upstream.bend = () => false;
    expect(await odd.call()).toBe('seen');
    await odd.upstream.stop();
  });
});
