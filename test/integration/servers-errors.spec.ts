import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answerWith,
  failure,
  LOOK,
  OddUpstream,
  SEEN,
  streamOf,
  success,
  type Asked,
} from '../support/upstreams/odd-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, timeout_seconds: 3, health_check_interval: 60 };
const JSON_TYPE = { 'content-type': 'application/json' };
const ERROR = '{"code":-32042,"message":"log in","data":{"elicitations":[{"url":"https://a.example/","id":9007199254740993}]}}';

const upstream = new OddUpstream();
const withSession = new OddUpstream();
let rig: UpstreamRig;
/** Answers `tools/call`. */
let answer: (asked: Asked) => unknown;

beforeAll(async () => {
  for (const one of [upstream, withSession]) {
    one.bend = (asked) =>
      ['tools/call', 'resources/read', 'prompts/get', 'completion/complete'].includes(asked.method!)
        ? (answer(asked), true)
        : false;
    one.results['resources/list'] = '{"resources":[{"uri":"odd://a","name":"a"}]}';
    one.results['prompts/list'] = '{"prompts":[{"name":"plan"}]}';
    await one.start();
  }
  withSession.send = (message, asked) => answerWith(asked, message, { ...JSON_TYPE, 'mcp-session-id': 's' });
  rig = new UpstreamRig({ odd: { ...http, prefix: 'none' }, kept: { ...http, prefix: 'template' } });
  await rig.register(server('odd-1', 'odd', { url: upstream.url }), server('kept-1', 'kept', { url: withSession.url }));
});
afterAll(async () => {
  await rig.close();
  await Promise.all([upstream.stop(), withSession.stop()]);
});

/** The error that a caller gets of its server: code, message, and data as it was written. */
async function errorOf(name = LOOK.name) {
  const { serverError, text } = await rig.call(name);
  if (!serverError) throw new Error(`no error of the server, but: ${text}`);
  const { code, message, data } = serverError;
  return { code, message, ...(data !== undefined && { data }) };
}

describe('an error that a server answers', () => {
  it.each<[error: string, shown: object]>([
    ['{"code":-32603,"message":"used up until 18:00"}', { code: -32603, message: 'used up until 18:00' }],
    ['{"code":-32602,"message":"bad city","data":"Atlantis"}', { code: -32602, message: 'bad city', data: '"Atlantis"' }],
    ['{"code":40001,"message":"own code","data":[1.0]}', { code: 40001, message: 'own code', data: '[1.0]' }],
    ['{"code":0,"message":"","data":null}', { code: 0, message: '', data: 'null' }],
    ['{"code":1,"message":"m","data":9007199254740993}', { code: 1, message: 'm', data: '9007199254740993' }],
    [ERROR, { code: -32042, message: 'log in', data: '{"elicitations":[{"url":"https://a.example/","id":9007199254740993}]}' }],
    ['{"code":"E_BAD","message":"bad city"}', { code: -32603, message: 'bad city' }],
    ['{"code":1.5,"message":"half"}', { code: -32603, message: 'half' }],
    ['{"code":null,"message":"none"}', { code: -32603, message: 'none' }],
    ['{"message":"no code"}', { code: -32603, message: 'no code' }],
    ['{"code":-32000,"message":null}', { code: -32000, message: '{"code":-32000,"message":null}' }],
    ['{"code":-32000,"message":{"a":"b"}}', { code: -32000, message: '{"code":-32000,"message":{"a":"b"}}' }],
    ['{}', { code: -32603, message: '{}' }],
    ['"down for repair"', { code: -32603, message: 'down for repair' }],
    ['["a"]', { code: -32603, message: '["a"]' }],
    ['true', { code: -32603, message: 'true' }],
    ['{"code":1,"message":"twice","code":2}', { code: 2, message: 'twice' }],
  ])('%s is the caller’s, as it is', async (error, shown) => {
    answer = (asked) => answerWith(asked, failure(asked, error));
    expect(await errorOf()).toEqual(shown);
  });

  it('with data of a megabyte is passed on whole', async () => {
    const data = JSON.stringify({ rows: 'x'.repeat(1_000_000) });
    answer = (asked) => answerWith(asked, failure(asked, `{"code":-32000,"message":"m","data":${data}}`));
    expect((await errorOf()).data).toBe(data);
  });

  it.each<[what: string, answer: (asked: Asked, error: string) => unknown]>([
    ['in an event', (asked, error) => streamOf(asked, [`data: ${failure(asked, error)}\n\n`])],
    ['without an id', (asked, error) => answerWith(asked, `{"jsonrpc":"2.0","error":${error}}`)],
    ['with null for its id', (asked, error) => answerWith(asked, failure({ ...asked, id: 'null' }, error))],
    [
      'with null for its id, in an event',
      (asked, error) => streamOf(asked, [`data: ${failure({ ...asked, id: 'null' }, error)}\n\n`]),
    ],
    ['beside a result that is null', (asked, error) => answerWith(asked, success(asked, `null,"error":${error}`))],
    ...[400, 404, 405, 409, 422, 429, 500, 502, 503].map((status): [string, (asked: Asked, error: string) => unknown] => [
      `with HTTP ${status}`,
      (asked, error) => answerWith(asked, failure(asked, error), JSON_TYPE, status),
    ]),
    ['with HTTP 400 and no id', (asked, error) => answerWith(asked, `{"jsonrpc":"2.0","error":${error}}`, JSON_TYPE, 400)],
    ['with HTTP 500, as text', (asked, error) => answerWith(asked, failure(asked, error), { 'content-type': 'text/plain' }, 500)],
    [
      'with HTTP 500, in an event',
      (asked, error) =>
        answerWith(asked, `event: message\ndata: ${failure(asked, error)}\n\n`, { 'content-type': 'text/event-stream' }, 500),
    ],
  ])('%s is the caller’s, and says nothing against the server', async (_, answered) => {
    answer = (asked) => answered(asked, ERROR);
    for (const name of ['look', 'kept__look']) expect(await errorOf(name)).toMatchObject({ code: -32042, message: 'log in' });
    expect(rig.health.of('odd-1').state).toBe('healthy');
  });

  it('is the same to who reads, gets a prompt or has an argument completed', async () => {
    answer = (asked) => answerWith(asked, failure(asked, ERROR));
    const prompt = rig.prompts.find('plan', caller)!.offer;
    const told = { code: -32042, message: 'log in' };
    await expect(rig.resources.find('odd://a', caller)!.offer.read('odd://a', rig.context())).rejects.toMatchObject(told);
    await expect(prompt.get({}, rig.context())).rejects.toMatchObject(told);
    await expect(prompt.complete!('a', '', {}, rig.context())).rejects.toMatchObject(told);
  });

  it.each([
    '',
    ',"data":null',
    ',"data":7',
    ',"data":{"requiredCapabilities":null}',
    ',"data":{"requiredCapabilities":{"roots":{}}}',
  ])('that the client cannot be asked is told so, whatever comes with it: %s', async (data) => {
    answer = (asked) => answerWith(asked, failure(asked, `{"code":-32021,"message":"cannot ask"${data}}`));
    expect((await rig.call('look')).text).toContain('cannot ask');
    const { complete } = rig.prompts.find('plan', caller)!.offer;
    const told = { name: 'ServerError', code: -32021, message: 'cannot ask' };
    await expect(complete!('a', '', {}, rig.context())).rejects.toMatchObject(told);
  });
});

describe('a status of HTTP that says that a call failed', () => {
  const soon = () => new Date(Date.now() + 20_000).toUTCString();

  it.each<[status: number, body: string, headers: () => Record<string, string>, words: RegExp]>([
    [400, '<h1>no</h1>', () => ({}), /answered HTTP 400\./],
    [404, '{"detail":"Not Found"}', () => ({}), /answered HTTP 404\./],
    [422, '{"error":"bad"}', () => ({}), /answered HTTP 422\./],
    [429, '', () => ({ 'retry-after': '30' }), /HTTP 429 and asks to be asked again in 30 s\./],
    [503, '', () => ({ 'retry-after': soon() }), /HTTP 503 and asks to be asked again in (19|20) s\./],
    [503, '', () => ({ 'retry-after': '-1' }), /answered HTTP 503\./],
    [503, '', () => ({ 'retry-after': 'soon' }), /answered HTTP 503\./],
    [500, 'stack trace', () => ({}), /answered HTTP 500\./],
    [500, 'data: x\n\n', () => ({ 'content-type': 'text/event-stream' }), /answered HTTP 500\./],
    [403, '{}', () => ({}), /refused the gateway's credentials \(HTTP 403\)/],
  ])('%i %s is said, without the body, which is for operators', async (status, body, headers, words) => {
    answer = (asked) => answerWith(asked, body, headers(), status);
    const { text, serverError } = await rig.call('look');
    expect([text, serverError]).toEqual([expect.stringMatching(words), undefined]);
    if (body) expect(text).not.toContain(body);
    answer = (asked) => answerWith(asked, success(asked, SEEN));
    expect((await rig.call('look')).text).toBe('seen');
  });

  it('404 without an error means that a session is over, and begins another; with one it is an answer', async () => {
    let isFirst = true;
    const begun = withSession.count('initialize');
    answer = (asked) =>
      isFirst ? ((isFirst = false), answerWith(asked, 'gone', {}, 404)) : answerWith(asked, success(asked, SEEN));
    expect((await rig.call('kept__look')).text).toBe('seen');
    expect(withSession.count('initialize')).toBe(begun + 1);
    answer = (asked) => answerWith(asked, failure(asked, '{"code":-32602,"message":"no such city"}'), JSON_TYPE, 404);
    expect(await errorOf('kept__look')).toEqual({ code: -32602, message: 'no such city' });
    expect(withSession.count('initialize')).toBe(begun + 1);
  });

  it.each([
    ['{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}', 404],
    ['{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Unknown"}}', 404],
    ['{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request: No valid session ID provided"}}', 400],
  ])('of a session that is over is noticed: %s', async (body, status) => {
    let isFirst = true;
    answer = (asked) =>
      isFirst ? ((isFirst = false), answerWith(asked, body, JSON_TYPE, status)) : answerWith(asked, success(asked, SEEN));
    expect((await rig.call('kept__look')).text).toBe('seen');
  });
});
