import { describe, expect, it } from '@jest/globals';
import { GatewayClient, GatewayError, type GatewayClientOptions } from './gateway-client.js';

interface Sent {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
}

type Reply = { status?: number; json?: unknown; text?: string; headers?: Record<string, string> };

/** A client whose gateway gives these replies, the last one for ever; and what it was sent. */
function clientOf(replies: Reply[], options: GatewayClientOptions = {}) {
  const sent: Sent[] = [];
  const fetch = ((url: string, init: RequestInit) => {
    sent.push({ url, method: init.method!, headers: init.headers as Record<string, string>, body: init.body?.toString() });
    const { status = 200, json, text, headers = {} } = replies[Math.min(sent.length, replies.length) - 1]!;
    return Promise.resolve(new Response(status === 204 ? null : (text ?? JSON.stringify(json ?? {})), { status, headers }));
  }) as typeof globalThis.fetch;
  return { client: new GatewayClient('http://gateway/base/', { fetch, ...options }), sent };
}

/** A gateway that never answers. */
const silent = ((_: string, { signal }: RequestInit) =>
  new Promise((_resolve, reject) => {
    signal!.addEventListener('abort', () => reject(signal!.reason as Error));
  })) as typeof globalThis.fetch;

const now = { 'retry-after': '0' };
const busy: Reply = { status: 503, headers: now, json: { detail: 'busy', error_code: 'OVERLOADED', request_id: 'r-1' } };
const call = { server_id: 's', tool_name: 't' };

describe('a request', () => {
  it('goes below the given URL with what was given, and nothing for what was not', async () => {
    const { client, sent } = clientOf([{ json: { records: [] } }]);
    await client.usageHistory({ page_size: 5, tool_name: 'a&b' });
    expect(sent[0]!.url).toBe('http://gateway/base/api/mcp-usage/history?page_size=5&tool_name=a%26b');
    expect(sent[0]!.headers).toEqual({ Accept: 'application/json' });
  });

  it('has each value of a list under its name', async () => {
    const { client, sent } = clientOf([{ json: { records: [] } }]);
    await client.usageHistory({ tool_name: ['a,b', 'c'] as never });
    expect(sent[0]!.url).toBe('http://gateway/base/api/mcp-usage/history?tool_name=a%2Cb&tool_name=c');
  });

  it('carries the token of the last login, and the API key', async () => {
    const { client, sent } = clientOf([{ json: { access_token: 'jwt', keys: [] } }], { apiKey: 'sk-1' });
    await client.login('ann', 'p&w');
    await client.listKeys();
    expect(sent[0]).toMatchObject({ url: 'http://gateway/base/auth/login', body: 'username=ann&password=p%26w' });
    expect(sent[1]!.headers).toMatchObject({ Authorization: 'Bearer jwt', 'X-API-Key': 'sk-1' });
  });
});

describe('a list of keys', () => {
  const page = (...ids: string[]) => ({ json: { keys: ids.map((id) => ({ id })), total: 3, page_size: 2 } });

  it('is whole, however many pages it has, and each key is in it once', async () => {
    const { client, sent } = clientOf([page('c', 'b'), page('b', 'a'), page()]);
    expect((await client.listKeys({ search: 'k' })).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(sent.map(({ url }) => url.split('?')[1])).toEqual(['search=k', 'search=k&page=2', 'search=k&page=3']);
  });

  it('is the page that was asked for, where one was', async () => {
    const { client, sent } = clientOf([page('b', 'a')]);
    expect(await client.listKeys({ page: 2, page_size: 2 })).toHaveLength(2);
    expect(sent).toHaveLength(1);
  });
});

describe('a failure', () => {
  it("has the gateway's words, code and request id", async () => {
    const json = { detail: 'No', error_code: 'INSUFFICIENT_PERMISSIONS', request_id: 'r-9', required_permissions: ['admin'] };
    const error = await clientOf([{ status: 403, json }])
      .client.stats()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({
      message: 'No',
      status: 403,
      errorCode: 'INSUFFICIENT_PERMISSIONS',
      requestId: 'r-9',
      requiredPermissions: ['admin'],
    });
  });

  it('names the fields that are wrong', async () => {
    const detail = [{ loc: ['body', 'server_id'], msg: 'field required', type: 'value_error.missing' }];
    const { client } = clientOf([{ status: 422, json: { detail, error_code: 'VALIDATION_ERROR' } }]);
    await expect(client.callTool(call)).rejects.toMatchObject({
      message: 'body.server_id: field required',
      invalidFields: detail,
    });
  });

  it('of a proxy is told by its status, and a page that is no gateway is recognised', async () => {
    await expect(clientOf([{ status: 502, text: '<html>' }]).client.stats()).rejects.toMatchObject({ errorCode: 'HTTP_502' });
    await expect(clientOf([{ text: '<html>' }]).client.stats()).rejects.toMatchObject({ errorCode: 'INVALID_ANSWER' });
  });

  it('to reach the gateway names the address', async () => {
    const fetch = () => Promise.reject(new TypeError('fetch failed'));
    const client = new GatewayClient('http://gateway', { fetch });
    await expect(client.stats()).rejects.toMatchObject({ errorCode: 'UNREACHABLE', message: /http:\/\/gateway cannot/ });
  });

  it('to answer in time is a timeout', async () => {
    const client = new GatewayClient('http://gateway', { fetch: silent, timeoutMs: 20 });
    await expect(client.stats()).rejects.toMatchObject({ errorCode: 'TIMEOUT' });
  });

  it('of health is an answer: it says why', async () => {
    const { client, sent } = clientOf([{ status: 503, json: { status: 'unhealthy' } }]);
    expect(await client.health()).toEqual({ status: 'unhealthy' });
    expect(sent).toHaveLength(1);
  });
});

describe('a retry', () => {
  it('follows 429 and 503 for what only reads, as often as allowed', async () => {
    const { client, sent } = clientOf([busy, { ...busy, status: 429 }, { json: { tools: [] } }]);
    expect(await client.listTools()).toEqual([]);
    expect(sent).toHaveLength(3);
    const stubborn = clientOf([busy], { retries: 1 });
    await expect(stubborn.client.listTools()).rejects.toMatchObject({ errorCode: 'OVERLOADED', requestId: 'r-1' });
    expect(stubborn.sent).toHaveLength(2);
  });

  it('never follows a call, unless it has an idempotency key', async () => {
    const plain = clientOf([busy]);
    await expect(plain.client.callTool(call)).rejects.toMatchObject({ status: 503 });
    expect(plain.sent).toHaveLength(1);
    const named = clientOf([busy, { json: { is_error: false } }]);
    await named.client.callTool(call, { idempotencyKey: 'k-1' });
    expect(named.sent.map(({ headers }) => headers['Idempotency-Key'])).toEqual(['k-1', 'k-1']);
  });
});

describe('a signal', () => {
  it('ends a request, and the wait for the next attempt', async () => {
    const reason = new Error('enough');
    const requesting = new AbortController();
    const asked = new GatewayClient('http://gateway', { fetch: silent }).stats({ signal: requesting.signal });
    requesting.abort(reason);
    await expect(asked).rejects.toBe(reason);

    const waiting = new AbortController();
    const { client } = clientOf([{ ...busy, headers: { 'retry-after': '20' } }]);
    const asking = client.stats({ signal: waiting.signal });
    setImmediate(() => waiting.abort(reason));
    await expect(asking).rejects.toBe(reason);
  });
});

describe('what an admin sets', () => {
  const answered = async (ask: (client: GatewayClient) => Promise<unknown>) => {
    const { client, sent } = clientOf([{ json: { items: [] } }]);
    await ask(client);
    const { method, url, body } = sent[0]!;
    return [method, url.replace('http://gateway/base/api/admin', ''), body];
  };
  const reason = 'it costs more';

  it.each<[string, (client: GatewayClient) => Promise<unknown>, string[]]>([
    ['lists prices', (client) => client.listPrices({ search: 'a', page: 2 }), ['GET', '/prices?search=a&page=2']],
    [
      'sets one',
      (client) => client.setPrice('a', { price: 2, reason }),
      ['PUT', '/prices/a', `{"price":2,"reason":"${reason}"}`],
    ],
    ['resets one, of a method too', (client) => client.resetPrice('resources/read'), ['DELETE', '/prices/resources%2Fread']],
    ['lists tiers', (client) => client.listTiers(), ['GET', '/tiers']],
    [
      'sets one, and takes a limit off',
      (client) => client.setTier('pro', { monthly_credits: 9, user_per_hour: null, reason }),
      ['PUT', '/tiers/pro', `{"monthly_credits":9,"user_per_hour":null,"reason":"${reason}"}`],
    ],
    ['resets one, with the reason', (client) => client.resetTier('pro', 'why'), ['DELETE', '/tiers/pro?reason=why']],
  ])('%s', async (_, ask, expected) => {
    expect(await answered(ask)).toEqual([expected[0], expected[1], expected[2]]);
  });
});

describe('callTools', () => {
  it('has at most so many in flight, answers in order, and goes on after a failure', async () => {
    let inFlight = 0;
    let most = 0;
    const fetch = (async (_: string, init: RequestInit) => {
      most = Math.max(most, (inFlight += 1));
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      const { tool_name } = JSON.parse(init.body as string) as { tool_name: string };
      const fails = tool_name === 't-3';
      return new Response(JSON.stringify(fails ? { detail: 'No credits', error_code: 'INSUFFICIENT_CREDITS' } : { tool_name }), {
        status: fails ? 402 : 200,
      });
    }) as typeof globalThis.fetch;
    const calls = Array.from({ length: 10 }, (_, n) => ({ server_id: 's', tool_name: `t-${n}` }));
    const results = await new GatewayClient('http://gateway', { fetch }).callTools(calls, { concurrency: 3 });
    expect(most).toBe(3);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value.tool_name : result.reason.errorCode))).toEqual(
      calls.map(({ tool_name }) => (tool_name === 't-3' ? 'INSUFFICIENT_CREDITS' : tool_name)),
    );
    expect(await new GatewayClient('http://gateway', { fetch }).callTools([])).toEqual([]);
  });
});

describe('a stream of calls', () => {
  const events =
    'retry: 2000\n\nid: 7-1\ndata: {"tool_name":"a\\n: b"}\n\n:\n\nevent: skipped\ndata: {"count":3}\n\nid: 8-2\ndata: {}\n\nid: 9';
  const all = async <T>(stream: AsyncIterable<T>) => {
    const read: T[] = [];
    for await (const one of stream) read.push(one);
    return read;
  };

  it('has each call with its id, and what was left out, and nothing that is half', async () => {
    const { client, sent } = clientOf([{ text: events }]);
    expect(await all(client.streamCalls({ tool_name: 'a' }))).toEqual([
      { id: '7-1', call: { tool_name: 'a\n: b' } },
      { skipped: 3 },
      { id: '8-2', call: {} },
    ]);
    expect(sent[0]).toMatchObject({
      url: 'http://gateway/base/api/mcp-usage/stream?tool_name=a',
      headers: { Accept: 'text/event-stream' },
    });
  });

  it('goes on behind a call, and is refused as every request is', async () => {
    const refusal = { status: 403, json: { detail: 'no', error_code: 'INSUFFICIENT_PERMISSIONS', request_id: 'r' } };
    const { client, sent } = clientOf([refusal], { token: 't' });
    await expect(all(client.streamAllCalls({}, { lastEventId: '8-2' }))).rejects.toMatchObject({ status: 403 });
    expect(sent[0]!.headers).toEqual({ Accept: 'text/event-stream', 'Last-Event-ID': '8-2', Authorization: 'Bearer t' });
  });
});
