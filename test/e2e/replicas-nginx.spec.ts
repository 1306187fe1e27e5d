import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GatewayClient } from '../../src/client/gateway-client.js';
import { eventually } from '../support/eventually.js';
import type { GatewayProcess } from '../support/gateway-process.js';
import { hasClusterPrograms, ReplicaCluster, type FrontDoor } from '../support/replica-cluster.js';

const STARTS_MS = 180_000;
jest.setTimeout(60_000);

(hasClusterPrograms() ? describe : describe.skip).each([2])('%i replicas behind nginx', (count) => {
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

  it('go on as the others when one is gone', async () => {
    const { api_key } = await key();
    await cluster.replicas.at(-1)!.end('SIGKILL');
    const statuses = [];
    for (let call = 0; call < 20; call += 1) statuses.push(await greet(door, api_key));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await client.health()).status).toBe('healthy');
  });
});

const greet = (door: { mcp: string }, key: string) => callMcp(door, key, { name: 'greet', arguments: { name: 'you' } });

function callMcp({ mcp }: { mcp: string }, key: string, params: object): Promise<number> {
  return post(mcp, key, { jsonrpc: '2.0', id: 1, method: 'tools/call', params });
}

async function post(url: string, key: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (response.ok && /"isError":true|"success":false|"error":\{/.test(text)) throw new Error(text);
  return response.status;
}
