import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { eventually } from '../support/eventually.js';
import type { GatewayProcess } from '../support/gateway/gateway-process.js';
import { McpStream, modernMeta, startStreamingGateway } from '../support/gateway/streaming-gateway.js';

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startStreamingGateway({ max_streams: 3, max_streams_per_key: 2, max_watches_per_user: 2 });
}, 60_000);
afterAll(() => gateway.destroy(), 60_000);

const listen = (notifications: object, key = gateway.apiKey) => {
  const params = { notifications, _meta: modernMeta() };
  return McpStream.open(gateway, { method: 'subscriptions/listen', params }, { authorization: `Bearer ${key}` });
};
const TAG = { 'io.modelcontextprotocol/subscriptionId': 7 };
const WATCHED = 'test://watched';
const newKey = async (body: object) => (await gateway.rest('POST', '/api/mcp-keys/create', body)).json.api_key as string;

describe('subscriptions/listen', () => {
  it('acknowledges first, then tells what was asked for and nothing else, under its id', async () => {
    const stream = await listen({ toolsListChanged: true, resourceSubscriptions: [WATCHED, 'test://nope'] });
    expect(await stream.next()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { toolsListChanged: true, resourceSubscriptions: [WATCHED] }, _meta: TAG },
    });
    await gateway.call('change');
    const told = [await stream.next(), await stream.next()];
    expect(told.map(({ method }) => method).sort()).toEqual([
      'notifications/resources/updated',
      'notifications/tools/list_changed',
    ]);
    for (const { params } of told) expect(params._meta).toEqual(TAG);
    stream.close();
  });

  it('tells a key nothing of what its list of tools does not name', async () => {
    const key = await newKey({ key_name: 'narrow', allowed_tools: ['report'] });
    const narrow = await listen({ toolsListChanged: true, resourceSubscriptions: [WATCHED] }, key);
    expect((await narrow.next()).params.notifications).toEqual({ toolsListChanged: true, resourceSubscriptions: [] });
    const wide = await listen({ toolsListChanged: true });
    await wide.next();
    await gateway.call('change');
    expect((await wide.next()).method).toBe('notifications/tools/list_changed');
    narrow.close();
    expect(await narrow.rest()).toEqual([]);
    wide.close();
  });

  it('is refused beyond the streams of a key with 429, of the process with 503, and without text/event-stream with 406', async () => {
    await eventually(async () => expect(await openStreams()).toBe(0));
    const open = [await listen({}), await listen({})];
    const third = await listen({});
    expect([third.response.status, third.response.headers.get('retry-after')]).toEqual([429, '5']);
    const [other, another] = [await newKey({ key_name: 'other' }), await newKey({ key_name: 'another' })];
    open.push(await listen({}, other));
    expect((await listen({}, another)).response.status).toBe(503);
    for (const stream of open) stream.close();
    await eventually(async () => expect(await openStreams()).toBe(0));
    const params = { notifications: {}, _meta: modernMeta() };
    const json = await McpStream.open(gateway, { method: 'subscriptions/listen', params }, { accept: 'application/json' });
    expect(json.response.status).toBe(406);
  });

  it('watches no more resources than a user may with all keys, until one of the streams has ended', async () => {
    const watching = { resourceSubscriptions: [WATCHED] };
    const key = await newKey({ key_name: 'watching' });
    const open = [await listen(watching), await listen(watching, key)];
    for (const stream of open) await stream.next();
    const refused = await listen(watching, key);
    expect(refused.response.status).toBe(429);
    expect(await refused.response.text()).toContain('mcp.max_watches_per_user');
    open[0]!.close();
    await eventually(async () => {
      const again = await listen(watching, key);
      again.close();
      expect(again.response.status).toBe(200);
    });
    open[1]!.close();
    await eventually(async () => expect(await openStreams()).toBe(0));
  });

  it("serves the official SDK's client, and ends with a result when the gateway stops", async () => {
    const client = new Client({ name: 'modern', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    const requestInit = { headers: { Authorization: `Bearer ${gateway.apiKey}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(gateway.mcpUrl), { requestInit }));
    let changes = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => void (changes += 1));
    await client.listen({ toolsListChanged: true });
    await client.callTool({ name: 'change', arguments: {} });
    await eventually(() => expect(changes).toBe(1));
    const stream = await listen({ promptsListChanged: true });
    await stream.next();
    const ended = gateway.end();
    expect(await stream.rest()).toEqual([{ jsonrpc: '2.0', id: 7, result: { resultType: 'complete', _meta: TAG } }]);
    expect(await ended).toBe(0);
    await client.close().catch(() => undefined);
  }, 30_000);
});

async function openStreams(): Promise<number> {
  const metrics = await (await fetch(`${gateway.restUrl}/metrics`)).text();
  return Number(/^tallygate_mcp_streams_open (\d+)/m.exec(metrics)![1]);
}
