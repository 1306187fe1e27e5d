import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cancellation } from '../../../common/concurrency/cancellation.js';
import { ServerError } from '../../../tools/source/server-error.js';
import type { Caller } from '../caller.js';
import { UpstreamExchange } from '../upstream-exchange.js';
import { NotMcp } from './no-answer.js';
import { Relay, type OutgoingRequest } from './relay.js';

/** What was sent and cancelled, and what callers heard. */
let sent: OutgoingRequest[];
let cancelled: number[];
let heard: unknown[];
let relay: Relay;
let exchanges: UpstreamExchange[];
beforeEach(() => {
  [sent, cancelled, heard, exchanges] = [[], [], [], []];
  relay = new Relay({
    sendRequest: async (request) => void sent.push(request),
    cancelRequest: (id) => void cancelled.push(id),
  });
});

afterEach(() => {
  relay.failAll(new Error('the test is over'));
  for (const exchange of exchanges) exchange.end();
});

const callerNamed = (name: string, wantsProgress = false): Caller =>
  ({
    wantsProgress,
    progress: ({ texts }: { texts: Map<string, string> }) => heard.push([name, Object.fromEntries(texts)]),
    log: ({ texts }: { texts: Map<string, string> }) => heard.push([name, Object.fromEntries(texts)]),
  }) as unknown as Caller;
function exchangeOf(caller?: Caller, cancellation?: Cancellation): UpstreamExchange {
  const exchange = new UpstreamExchange('odd', { timeoutMs: 10_000, caller, cancellation });
  exchanges.push(exchange);
  return exchange;
}

function ask(params: Record<string, string>, exchange = exchangeOf()) {
  const answer = relay.request({ method: 'tools/call', params, isModern: false }, exchange);
  answer.catch(() => undefined); // of most, no test waits for the end
  return { id: sent.at(-1)!.id, answer };
}
const take = (text: string, ...within: [(UpstreamExchange | null)?]) => relay.take(JSON.parse(text) as never, text, ...within);

describe('a request', () => {
  it('goes on as it was written, under an id of the relay', () => {
    const { id } = ask({ name: '"a"', arguments: '{ "n":1e400,"m":1,"m":2 }' });
    expect(sent[0]!.text).toBe(
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"a","arguments":{ "n":1e400,"m":1,"m":2 }}}`,
    );
  });

  it('asks for progress where its caller wants it, and leaves the rest of its _meta as it is', () => {
    const { id } = ask({ _meta: '{"a":1.0}' }, exchangeOf(callerNamed('ada', true)));
    expect(sent[0]!.text).toContain(`"params":{"_meta":{"a":1.0,"progressToken":${id}}}`);
  });

  it('is not sent where nobody waits any more; one that was sent is cancelled', async () => {
    const gone = new Cancellation();
    gone.cancel();
    const late = relay.request({ method: 'ping', params: {}, isModern: false }, exchangeOf(undefined, gone));
    await expect(late).rejects.toMatchObject({ kind: 'cancelled' });
    expect(sent).toEqual([]);
    const leaving = new Cancellation();
    const { id, answer } = ask({}, exchangeOf(undefined, leaving));
    leaving.cancel();
    await expect(answer).rejects.toMatchObject({ kind: 'cancelled' });
    expect(cancelled).toEqual([id]);
    expect(take(`{"id":${id},"result":{}}`)).toBeUndefined();
  });

  it('fails with what it could not be sent for, and with its connection', async () => {
    const refused = new Error('refused');
    const broken = new Relay({ sendRequest: () => Promise.reject(refused), cancelRequest: () => undefined });
    await expect(broken.request({ method: 'ping', params: {}, isModern: false }, exchangeOf())).rejects.toBe(refused);
    const { answer } = ask({});
    relay.failAll(refused);
    await expect(answer).rejects.toBe(refused);
  });
});

describe('an answer', () => {
  it('goes to its request, whatever others wait, with its result as it was written', async () => {
    const [first, second] = [ask({}), ask({})];
    expect(take(`{"id":"${second.id}","result":{ "b":1.0 },"x":1}`)).toBe('answer');
    expect(take(`{"result":{"a":9007199254740993},"id":${first.id}}`)).toBe('answer');
    expect(await second.answer).toEqual({ value: { b: 1 }, json: '{ "b":1.0 }' });
    expect((await first.answer).json).toBe('{"a":9007199254740993}');
  });

  it.each([
    ['{"error":{"code":-32042,"message":"log in","data":{ "n":1.0 }}}', new ServerError(-32042, 'log in', '{ "n":1.0 }')],
    ['{"error":"down","result":null}', new ServerError(-32603, 'down')],
    ['{"result":[]}', new NotMcp('"result" is not an object')],
    ['{"error":null}', new NotMcp('there is neither "result" nor "error"')],
  ])('may be an error: %s', async (text, error) => {
    const { id, answer } = ask({});
    take(text.replace('{', `{"id":${id},`));
    await expect(answer).rejects.toEqual(error);
  });

  it('to nothing is left to others', () => expect(take('{"id":7,"result":{}}')).toBeUndefined());
});

describe('progress', () => {
  it('goes to the caller of the request with its token, without what clients could not read', () => {
    const { id } = ask({}, exchangeOf(callerNamed('ada')));
    ask({}, exchangeOf(callerNamed('ben')));
    const params = `{"progressToken":"${id}","progress":9007199254740993,"total":"x","message":null,"x":[1.0],"_meta":{"tallygate/usage":1}}`;
    expect(take(`{"method":"notifications/progress","params":${params}}`)).toBe('report');
    expect(heard).toEqual([['ada', { progressToken: `"${id}"`, progress: '9007199254740993', x: '[1.0]', _meta: '{}' }]]);
  });

  it.each(['{"progressToken":7,"progress":1}', '{"progress":1}', 'null', '{"progressToken":ID,"progress":"half"}'])(
    'that says %s reaches nobody',
    (params) => {
      const { id } = ask({}, exchangeOf(callerNamed('ada')));
      expect(take(`{"method":"notifications/progress","params":${params.replace('ID', `${id}`)}}`)).toBe('report');
      expect(heard).toEqual([]);
    },
  );
});

describe('a message for the log', () => {
  const LOG =
    '{"method":"notifications/message","params":{"level":"info","data":{ "n":1e400 },"logger":7,"_meta":{"a":1.0},"x":[]}}';
  const SAID = { level: '"info"', data: '{ "n":1e400 }', _meta: '{"a":1.0}', x: '[]' };

  it('goes to the caller in whose answer it came', () => {
    const exchange = exchangeOf(callerNamed('ada'));
    ask({}, exchange);
    ask({}, exchangeOf(callerNamed('ben')));
    expect(take(LOG, exchange)).toBe('report');
    expect(heard).toEqual([['ada', SAID]]);
  });

  it('goes to the only call where nothing says which it belongs to, beside requests of the gateway itself', () => {
    ask({}, exchangeOf(callerNamed('ada')));
    ask({});
    take(LOG);
    expect(heard).toEqual([['ada', SAID]]);
  });

  it('reaches nobody where there are several calls, nor one that it did not come in', () => {
    ask({}, exchangeOf(callerNamed('ada')));
    take(LOG, null);
    ask({}, exchangeOf(callerNamed('ben')));
    take(LOG);
    expect(heard).toEqual([]);
  });

  it.each(['null', '{"data":1}', '{"level":"loud","data":1}'])('that says %s reaches nobody', (params) => {
    ask({}, exchangeOf(callerNamed('ada')));
    expect(take(`{"method":"notifications/message","params":${params}}`)).toBe('report');
    expect(heard).toEqual([]);
  });
});

it('other messages of a server are left to others', () => {
  for (const method of ['ping', 'elicitation/create', 'notifications/tools/list_changed'])
    expect(take(`{"method":"${method}"}`)).toBeUndefined();
});
