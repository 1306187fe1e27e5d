import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { tallygate } from '../support/gateway/cli-process.js';
import type { GatewayProcess } from '../support/gateway/gateway-process.js';
import { modernMeta, startStreamingGateway } from '../support/gateway/streaming-gateway.js';

/** A client knows its request by the digits it sent, more of them than JavaScript can count included. */
const LONG = '12345678901234567890';
/** The same number to JavaScript. */
const NEXT = '12345678901234567891';
let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startStreamingGateway({ sessions: true });
}, 60_000);
afterAll(() => gateway.destroy());

const HEADERS = () => ({
  authorization: `Bearer ${gateway.apiKey}`,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
});
const post = async (body: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(gateway.mcpUrl, { method: 'POST', headers: { ...HEADERS(), ...headers }, body, ...(signal && { signal }) });
const textOf = async (body: string, headers = {}) => (await post(body, headers)).text();
const request = (id: string, method: string, params = '{}') =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;

describe('an id', () => {
  it.each([LONG, '-9007199254740993', '9007199254740993', '0', '""', `"${LONG}"`, '1.5', '"\\u00e9"'])(
    '%s comes back as it was sent, in answers and errors, alone and in a batch',
    async (id) => {
      const named = `"id":${id === '"\\u00e9"' ? '"é"' : id},`;
      expect(await textOf(request(id, 'ping'))).toContain(named);
      expect(await textOf(request(id, 'nonsense'))).toContain(named);
      expect(await textOf(request(id, 'tools/call', '{"name":"nothing"}'))).toContain(named);
      expect(await textOf(request(id, 'tools/list'), { authorization: 'Bearer wrong' })).toContain(named);
      expect(await textOf(request(id, 'tools/call', '{"name":"report"}'))).toContain(named);
      expect(await textOf(`[${request('1', 'ping')},${request(id, 'ping')}]`)).toContain(`"id":1,`);
      expect(await textOf(`[${request('1', 'ping')},${request(id, 'ping')}]`)).toContain(named);
    },
  );

  it('in `subscriptions/listen` names the stream in each of its messages', async () => {
    const stop = new AbortController();
    const params = JSON.stringify({ notifications: {}, _meta: modernMeta() });
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
    const { body } = await post(request(LONG, 'subscriptions/listen', params), headers, stop.signal);
    const { value } = await body!.getReader().read();
    expect(new TextDecoder().decode(value)).toContain(`"io.modelcontextprotocol/subscriptionId":${LONG}`);
    stop.abort();
  });

  it('of a cancelled request is that one and no other', async () => {
    const begun = await post(request('1', 'initialize', '{"protocolVersion":"2025-11-25","capabilities":{}}'));
    const session = { 'mcp-session-id': begun.headers.get('mcp-session-id')! };
    const call = (id: string) => post(request(id, 'tools/call', '{"name":"go_on","_meta":{"progressToken":1}}'), session);
    const [first, second] = [await call(LONG), await call(NEXT)];
    const cancel = (id: string) =>
      post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id}}}`, session);
    const aborted = async () => Number(/"text":"(\d+)"/.exec(await textOf(request('2', 'tools/call', '{"name":"aborted"}')))![1]);
    await cancel(NEXT);
    await eventually(async () => expect(await aborted()).toBe(1));
    expect(await second.text()).toContain(`"id":${NEXT},`);
    await cancel(LONG);
    await eventually(async () => expect(await aborted()).toBe(2));
    expect(await first.text()).toContain(`"id":${LONG},`);
  });
});

it.each([LONG, '"token"', '7'])('a progress token comes back as it was sent: %s', async (token) => {
  const call = `{"name":"report","_meta":{"progressToken":${token}}}`;
  const params = `"params":{"progressToken":${token},"progress":1,"total":2,"message":"half"}`;
  expect(await textOf(request('1', 'tools/call', call))).toContain(params);
  expect(await textOf(request(LONG, 'tools/call', call))).toContain(params);
});

it('`tallygate stdio` hands ids through, those of its own errors too', async () => {
  const lines = [request(LONG, 'ping'), request(NEXT, 'nonsense')];
  const bridge = (key: string) =>
    tallygate(['stdio', '--url', gateway.mcpUrl], { env: { TALLYGATE_API_KEY: key }, stdin: `\ufeff${lines.join('\n')}\n` });
  for (const key of [gateway.apiKey, 'wrong'])
    for (const id of [LONG, NEXT]) expect((await bridge(key)).stdout).toContain(`"id":${id},`);
  const nobody = { env: {}, stdin: `${lines[0]}\n` };
  expect((await tallygate(['stdio', '--url', 'http://127.0.0.1:1/mcp'], nobody)).stdout).toContain(`"id":${LONG},`);
});
