import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GatewayClient } from '../../src/client/gateway-client.js';
import { CallLoad } from '../support/gateway/call-load.js';
import { eventually } from '../support/eventually.js';
import type { GatewayProcess } from '../support/gateway/gateway-process.js';
import { hasClusterPrograms, ReplicaCluster, type FrontDoor } from '../support/gateway/replica-cluster.js';
import { McpStream } from '../support/gateway/streaming-gateway.js';

const STARTS_MS = 180_000;
const ROLL_MS = 60_000;
jest.setTimeout(60_000);

(hasClusterPrograms() ? describe : describe.skip).each([2, 5])('%i replicas behind nginx', (count) => {
  const cluster = new ReplicaCluster();
  let door: FrontDoor;
  let sticky: FrontDoor;
  let client: GatewayClient;
  let reader: string;
  const key = async (options: { rate_limit_per_hour?: number; permissions?: ['gateway:read'] } = {}) => client.createKey(options);

  beforeAll(async () => {
    await cluster.start(count);
    [door, sticky] = [await cluster.openDoor(), await cluster.openDoor({ sticky: true })];
    client = new GatewayClient(door.rest);
    await client.login('admin@localhost', cluster.replicas[0]!.adminPassword);
    reader = (await key({ permissions: ['gateway:read'] })).api_key;
  }, STARTS_MS);
  afterAll(() => cluster.stop(), 60_000);

  const requestsOf = async ({ restUrl }: GatewayProcess) =>
    (await new GatewayClient(restUrl, { apiKey: reader }).stats()).total_requests;
  const all = <T>(work: (replica: GatewayProcess) => Promise<T>) => Promise.all(cluster.replicas.map(work));

  it('share the work and the books', async () => {
    const before = await all(requestsOf);
    const { api_key } = await key();
    const statuses = await Promise.all(Array.from({ length: 20 * count }, () => greet(door, api_key)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const after = await all(requestsOf);
    after.forEach((requests, n) => expect(requests - before[n]!).toBeGreaterThan(5));
    await eventually(async () => expect((await client.usageHistory({ tool_name: 'greet' })).total).toBe(20 * count));
  });

  it('all know a new key at once, and refuse a revoked one within the two seconds that are promised', async () => {
    const created = await key();
    expect(await all(({ mcpUrl }) => greet({ mcp: mcpUrl }, created.api_key))).toEqual(Array(count).fill(200));
    await client.revokeKey(created.key_id);
    await eventually(async () => {
      expect(await all(({ mcpUrl }) => greet({ mcp: mcpUrl }, created.api_key))).toEqual(Array(count).fill(401));
    }, 2_000);
  });

  it.each(['any replica', 'one replica'])(
    'allow the requests of a limit once, not once each, where %s serves a caller',
    async (who) => {
      const limit = 7 * count;
      const { api_key } = await key({ rate_limit_per_hour: limit });
      const way = who === 'any replica' ? door : sticky;
      const statuses = await Promise.all(Array.from({ length: 3 * limit }, () => greet(way, api_key)));
      expect(statuses.filter((status) => status === 200)).toHaveLength(limit);
      expect(statuses.filter((status) => status === 429)).toHaveLength(2 * limit);
      expect(await all(({ mcpUrl }) => greet({ mcp: mcpUrl }, api_key))).toEqual(Array(count).fill(429));
    },
  );

  it('serve on while Redis is away, each with the limit for itself, and count together again when it is back', async () => {
    const { api_key } = await key({ rate_limit_per_hour: 5 });
    await cluster.redis.kill();
    const statuses = await Promise.all(Array.from({ length: 20 * count }, () => greet(door, api_key)));
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(5 * count);
    expect(await all(async ({ restUrl }) => new GatewayClient(restUrl).health())).toEqual(
      Array(count).fill(expect.objectContaining({ status: 'degraded', redis: 'disconnected' })),
    );
    for (const { output } of cluster.replicas) expect(output.match(/Redis does not answer/g)).toHaveLength(1);
    await cluster.redis.restart();
    await eventually(async () => {
      for (const { redis } of await all(async ({ restUrl }) => new GatewayClient(restUrl).health()))
        expect(redis).toBe('connected');
    });
    const fresh = await key({ rate_limit_per_hour: 5 });
    const again = await Promise.all(Array.from({ length: 5 * count }, () => greet(door, fresh.api_key)));
    expect(again.filter((status) => status === 200)).toHaveLength(5);
  });

  it('pass events on as they come, and end a call whose stream is closed', async () => {
    const { api_key } = await key();
    const params = { name: 'go_on', arguments: {}, _meta: { progressToken: 1 } };
    const stream = await McpStream.open({ mcpUrl: door.mcp, apiKey: api_key }, { method: 'tools/call', params });
    // The call never ends by itself, so what was buffered would not come.
    for (const progress of [1, 2, 3]) expect((await stream.next()).params.progress).toBe(progress);
    stream.close();
    await eventually(async () => expect((await all(openStreams)).every((count) => count === 0)).toBe(true));
  });

  it(
    'are restarted one after the other under load without one failed call, and every answered one is in the books once',
    async () => {
      const [any, same] = [await key({ rate_limit_per_hour: 1_000_000 }), await key({ rate_limit_per_hour: 1_000_000 })];
      // A tool for each way through each nginx: so a replica's metrics say which way leads to it.
      const load = new CallLoad([
        overMcp(door, any.api_key, 'greet', { name: 'you' }),
        overRest(door, any.api_key, 'timestamp'),
        overMcp(sticky, same.api_key, 'add', { a: 1, b: 2 }),
        overRest(sticky, same.api_key, 'list_datasets', 'stock-data'),
      ]);
      const expected = await eventually(async () => {
        const called = await all(toolsOf);
        expect(called.flat()).toEqual(expect.arrayContaining(['add', 'list_datasets']));
        return called.map((tools) => [
          'greet',
          'timestamp',
          ...tools.filter((tool) => tool === 'add' || tool === 'list_datasets'),
        ]);
      });
      for (let n = 0; n < count; n += 1) {
        const replica = await cluster.restart(n);
        // Not the next one before every nginx sends calls to this one again: until then it may know of no other.
        await eventually(async () => expect(await toolsOf(replica)).toEqual(expect.arrayContaining(expected[n]!)), ROLL_MS);
      }
      await load.stop();
      expect(load.failures).toEqual([]);
      expect(load.answered.size).toBeGreaterThan(10 * count);
      await eventually(async () => {
        const recorded = [...(await requestIdsOf(client, any.key_id)), ...(await requestIdsOf(client, same.key_id))];
        expect(recorded.sort()).toEqual([...load.answered].sort());
      }, ROLL_MS);
    },
    STARTS_MS + count * ROLL_MS,
  );

  it('go on as the others when one is gone', async () => {
    const { api_key } = await key();
    await cluster.replicas.at(-1)!.end('SIGKILL');
    const statuses = [];
    for (let call = 0; call < 20; call += 1) statuses.push(await greet(door, api_key));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await client.health()).status).toBe('healthy');
  });
});

const greet = (door: { mcp: string }, key: string) => callMcp(door, key, 'greet', { name: 'you' });

const overMcp = (door: FrontDoor, key: string, tool: string, args: object) => (requestId: string) =>
  callMcp(door, key, tool, args, { 'x-request-id': requestId });

const overRest =
  ({ rest }: FrontDoor, key: string, tool: string, source = 'examples') =>
  (requestId: string) =>
    post(
      `${rest}/tools/call`,
      { server_id: source, tool_name: tool, arguments: {} },
      { 'x-request-id': requestId, authorization: `Bearer ${key}` },
    );

function callMcp({ mcp }: { mcp: string }, key: string, name: string, args: object, headers: object = {}): Promise<number> {
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
  return post(mcp, body, { authorization: `Bearer ${key}`, ...headers });
}

/** @throws Error for an answer that is well sent but tells of a failure. */
async function post(url: string, body: object, headers: Record<string, string>): Promise<number> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
  const response = await fetch(url, init);
  const text = await response.text();
  if (response.ok && /"isError":true|"success":false|"error":\{/.test(text)) throw new Error(text);
  return response.status;
}

const metricsOf = async ({ restUrl }: GatewayProcess) => (await fetch(`${restUrl}/metrics`)).text();

/** What was called of a replica since it started. */
async function toolsOf(replica: GatewayProcess): Promise<string[]> {
  const found = (await metricsOf(replica)).matchAll(/^tallygate_tool_call_duration_seconds_count\{.*tool="(\w+)"/gm);
  return [...new Set([...found].map(([, tool]) => tool!))];
}

const openStreams = async (replica: GatewayProcess) =>
  Number(/^tallygate_mcp_streams_open (\d+)$/m.exec(await metricsOf(replica))![1]);

/** Of every recorded call of a key, as often as it is recorded. */
async function requestIdsOf(client: GatewayClient, keyId: string): Promise<string[]> {
  const ids: string[] = [];
  for (let page = 1, total = 1; ids.length < total; page += 1) {
    const history = await client.usageHistory({ api_key_id: keyId, page, page_size: 100 });
    if (history.records.length === 0) break;
    ids.push(...history.records.map(({ request_id }) => request_id));
    total = history.total ?? 0;
  }
  return ids;
}
