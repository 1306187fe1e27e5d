import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';

/** A server whose tools are changed, through the listeners and over a restart. */
const folder = temporaryFolder('servers-tool-changes');
const dataDir = join(folder, 'data');
const env = { GATEWAY_CONFIG: join(folder, 'gateway.yaml') };
let gateway: GatewayProcess;
let crm: TestUpstream;
const asked: Record<string, unknown>[] = [];

beforeAll(async () => {
  crm = await new TestUpstream().start();
  crm.work = async (args) => void asked.push(args);
  const properties = { tenant: { type: 'string', 'x-mcp-header': 'Tenant' }, q: { type: 'string' } };
  const inputSchema = { type: 'object' as const, properties, required: ['tenant'] };
  crm.tools = [
    { name: 'find', description: 'Finds.', inputSchema },
    { name: 'wipe', description: 'Wipes.', inputSchema },
  ];
  const price = 'tools: { prices: { crm__look_up: 3 } }';
  writeFileSync(env.GATEWAY_CONFIG, `servers: { allowed_networks: [127.0.0.0/8] }\n${price}\n`);
  gateway = await GatewayProcess.start({ dataDir, env });
  const registration = { template_name: 'http', name: 'crm', config: { url: crm.url, bearer_token: 'upstream-secret-1' } };
  expect((await gateway.rest('POST', '/servers', registration)).status).toBe(201);
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  await crm.stop();
  rmSync(folder, { recursive: true, force: true });
});

const change = (tool: string, edit: object) => gateway.rest('PATCH', `/servers/crm/tools/${tool}`, edit);
const listed = async () =>
  ((await gateway.mcp('tools/list')).json.result.tools as { name: string }[]).filter(({ name }) => name.startsWith('crm__'));
const restCall = (tool_name: string, args: object = {}) =>
  gateway.rest('POST', '/tools/call', { server_id: 'crm', tool_name, arguments: args });

describe('A changed tool', () => {
  it('is what callers see over MCP and REST', async () => {
    const edit = { name: 'look_up', title: 'Look up', description: 'Finds customers.', arguments: { tenant: { value: 'acme' } } };
    expect((await change('find', edit)).status).toBe(200);
    expect((await change('wipe', { enabled: false })).status).toBe(200);
    const [tool, ...others] = await listed();
    expect(others).toEqual([]);
    const { name, title, description } = { name: 'crm__look_up', title: 'Look up', description: 'Finds customers.' };
    const inputSchema = { type: 'object', properties: { q: { type: 'string' } } };
    const _meta = { 'tallygate/server': 'crm', 'tallygate/tool': 'find' };
    expect(tool).toEqual({ name, title, description, inputSchema, _meta });
    const { tools } = (await gateway.rest('GET', '/tools')).json as { tools: { server_id: string }[] };
    expect(tools.filter(({ server_id }) => server_id === 'crm')).toEqual([
      {
        ...{ name, title, description, server_id: 'crm', price: 3, table_name: '', input_schema: inputSchema },
        ...{ definition_bytes: expect.any(Number), definition_tokens: expect.any(Number) },
      },
    ]);
  });

  it('is called with what is fixed, over MCP and REST', async () => {
    expect((await gateway.call('crm__look_up', { q: 'x' })).json.result.content[0].text).toMatch(/^from /);
    for (const name of ['look_up', 'crm__look_up']) expect((await restCall(name, { q: 'y' })).status).toBe(200);
    expect(asked.splice(0)).toEqual(['x', 'y', 'y'].map((q) => ({ tenant: 'acme', q })));
  });

  it('needs no header of an argument that callers do not know', async () => {
    const version = '2026-07-28';
    const meta = { protocolVersion: version, clientInfo: { name: 't', version: '1' }, clientCapabilities: {} };
    const _meta = Object.fromEntries(Object.entries(meta).map(([name, value]) => [`io.modelcontextprotocol/${name}`, value]));
    const headers = { 'mcp-protocol-version': version, 'mcp-method': 'tools/call', 'mcp-name': 'crm__look_up' };
    const params = { name: 'crm__look_up', arguments: { q: 'm' }, _meta };
    expect((await gateway.mcp('tools/call', params, undefined, headers)).json.result.content[0].text).toMatch(/^from /);
    expect(asked.splice(0)).toEqual([{ tenant: 'acme', q: 'm' }]);
  });

  it('takes no argument that is fixed, in the words of one that it does not have', async () => {
    const { json } = await gateway.call('crm__look_up', { tenant: 'other' });
    const words = 'Invalid arguments for crm__look_up: "tenant" is not a known argument.';
    expect(json.result).toMatchObject({ isError: true, content: [{ text: words }] });
    expect((await restCall('look_up', { tenant: null })).json).toMatchObject({ error_code: 'INVALID_INPUT', detail: words });
    expect(asked).toEqual([]);
  });

  it('is unknown by its old name, and so is one that is switched off, in the words for any', async () => {
    for (const name of ['crm__find', 'crm__wipe', 'crm__nothing']) {
      expect((await gateway.call(name, {})).json.error.message).toBe(`Unknown tool: ${name}`);
      for (const called of [name, name.slice(5)]) {
        const { status, json } = await restCall(called);
        expect([status, json.detail]).toEqual([404, `Unknown tool: crm has no tool "${called}".`]);
      }
    }
  });

  it('is recorded by the name that was called', async () => {
    await eventually(async () => {
      const { records } = (await gateway.rest('GET', '/api/mcp-usage/history?tool_name=crm__look_up')).json;
      expect(records).toHaveLength(6);
    });
  });

  it('is so after a restart, from the first answer on', async () => {
    asked.length = 0;
    const { apiKey } = gateway;
    await gateway.end();
    gateway = await GatewayProcess.start({ dataDir, env });
    const { json } = await gateway.mcp('tools/list', {}, apiKey);
    const names = (json.result.tools as { name: string }[]).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('crm__'))).toEqual(['crm__look_up']);
    expect((await gateway.call('crm__look_up', { q: 'z' }, apiKey)).json.result.isError).toBeUndefined();
    expect(asked.splice(0)).toEqual([{ tenant: 'acme', q: 'z' }]);
  });
});
