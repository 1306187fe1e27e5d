import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';

/** Two servers of the template that takes any URL, through the listeners. */
const folder = temporaryFolder('servers-names');
let gateway: GatewayProcess;
let crm: TestUpstream;
let search: TestUpstream;

beforeAll(async () => {
  [crm, search] = await Promise.all([new TestUpstream().start(), new TestUpstream().start()]);
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, 'servers:\n  allowed_networks: [127.0.0.0/8]\n');
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  await Promise.all([crm.stop(), search.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const register = (names: object, { url }: TestUpstream) =>
  gateway.rest('POST', '/servers', { template_name: 'http', ...names, config: { url, bearer_token: 'upstream-secret-1' } });
const from = ({ url }: TestUpstream) => `from ${new URL(url).port}`;
const restCall = async (server_id: string, tool_name: string) =>
  (await gateway.rest('POST', '/tools/call', { server_id, tool_name, arguments: {} })).json;

describe('Two registrations of one template', () => {
  it('are two servers, each with its own prefix', async () => {
    expect((await register({ name: 'crm' }, crm)).status).toBe(201);
    expect((await register({ name: 'search' }, search)).status).toBe(201);
    const { json } = await gateway.mcp('tools/list');
    const tools = (json.result.tools as { name: string; _meta?: object }[]).filter(({ name }) => name.includes('__'));
    expect(tools.map(({ name }) => name)).toEqual(['crm__act', 'crm__look', 'search__act', 'search__look']);
    expect(tools[3]!._meta).toEqual({ 'tallygate/server': 'search', 'tallygate/tool': 'look' });
  });

  it('answer each what it is asked, over MCP and REST', async () => {
    for (let round = 0; round < 4; round += 1) {
      expect((await gateway.call('crm__look', {})).json.result.content[0].text).toBe(from(crm));
      expect((await gateway.call('search__look', {})).json.result.content[0].text).toBe(from(search));
      expect((await restCall('crm', 'look')).content[0].text).toBe(from(crm));
      expect((await restCall('search', 'search__look')).content[0].text).toBe(from(search));
    }
  });

  it('are services of their own in the list of tools and in the history', async () => {
    const { tools } = (await gateway.rest('GET', '/tools')).json as { tools: { name: string; server_id: string }[] };
    expect(tools.find(({ name }) => name === 'crm__look')!.server_id).toBe('crm');
    await eventually(async () => {
      const { records } = (await gateway.rest('GET', '/api/mcp-usage/history?tool_name=search__look')).json;
      expect(records).toHaveLength(8);
    });
  });
});

describe('A second server of a pool', () => {
  it('shares its calls, and can be named alone', async () => {
    const { json: east } = await register({ name: 'east', pool: 'crm' }, search);
    expect(east).toMatchObject({ name: 'east', pool: 'crm', health: { status: 'healthy' } });
    const texts = new Set<string>();
    for (let round = 0; round < 4; round += 1) texts.add((await restCall('crm', 'look')).content[0].text);
    expect(texts).toEqual(new Set([from(crm), from(search)]));
    for (const one of ['east', east.id]) {
      for (let round = 0; round < 3; round += 1) expect((await restCall(one, 'look')).content[0].text).toBe(from(search));
    }
  });

  it('that comes to offer something else is shown, and gets no calls of that', async () => {
    search.tools = search.tools.map((tool) => (tool.name === 'look' ? { ...tool, description: 'Looks elsewhere.' } : tool));
    await gateway.rest('POST', '/servers/east/check');
    // Quarantined, since it changed; its pool goes on with the other.
    await eventually(async () => expect((await gateway.rest('GET', '/servers/east')).json.health.differs).toEqual(['look']));
    for (let round = 0; round < 4; round += 1) expect((await restCall('crm', 'look')).content[0].text).toBe(from(crm));
    expect((await gateway.rest('GET', '/servers/crm')).json.health.differs).toBeUndefined();
  });
});
