import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Source 003 through the listeners: a file server from its registration to the statistics of its calls. */
let gateway: GatewayProcess;
let serverId: string;
const folder = temporaryFolder('source-003');
const data = join(folder, 'data');
const file = join(data, 'example.txt');

beforeAll(async () => {
  mkdirSync(data);
  writeFileSync(file, 'hello from the file server');
  writeFileSync(join(folder, 'secret.txt'), 'not yours');
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, 'servers:\n  enabled_templates: [http, file-server]\nload_balancer:\n  health_check_interval: 1\n');
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
}, 60_000);
afterAll(() => gateway.destroy());

const register = (body: object) => gateway.rest('POST', '/servers', body);
const call = (server_id: string, tool_name: string, args: object) =>
  gateway.rest('POST', '/tools/call', { server_id, tool_name, arguments: args });

describe('a file server', () => {
  it('is registered as the source shows it', async () => {
    const { status, json } = await register({ template_name: 'file-server', config: { base_path: data } });
    expect([status, json.name]).toEqual([201, 'file-server']);
    serverId = json.id;
  });

  it('is listed with its health once it was asked', async () => {
    await eventually(async () => {
      const { json } = await gateway.rest('GET', '/servers?include_health=true');
      expect(JSON.stringify(json)).toMatch(/"healthy"/);
      expect((await gateway.rest('GET', '/health', undefined, null)).json.mcp_servers).toEqual({
        total: 1,
        healthy: 1,
        unhealthy: 0,
      });
    }, 15_000);
  });

  it('reads a file over MCP, metered like every tool', async () => {
    await eventually(async () => expect((await gateway.mcp('tools/list')).text).toContain('file-server__read_file'));
    const { json } = await gateway.call('file-server__read_file', { path: file });
    expect(json.result.content[0].text).toBe('hello from the file server');
    expect(json.result._meta['tallygate/usage']).toMatchObject({ record_count: 1, table_name: '' });
  });

  it.each(['by its id', 'by its name'])('reads it over REST, asked %s', async (how) => {
    const { status, json } = await call(how === 'by its id' ? serverId : 'file-server', 'read_file', { path: file });
    expect([status, json.content?.[0].text]).toEqual([200, 'hello from the file server']);
  });

  it('refuses a path outside of its folder', async () => {
    const { json } = await gateway.call('file-server__read_file', { path: `${data}/../secret.txt` });
    expect(json.result.isError).toBe(true);
    expect(JSON.stringify(json)).not.toContain('not yours');
  });

  it('is in the statistics and in the history of usage', async () => {
    const { json: stats } = await gateway.rest('GET', '/stats');
    expect(stats).toMatchObject({ active_servers: 1, healthy_servers: 1 });
    expect(stats.load_balancer).toMatchObject({ strategy: 'round_robin', requests_per_server: { 'file-server': 4 } });
    await eventually(async () => {
      const { json } = await gateway.rest('GET', '/api/mcp-usage/history?tool_name=file-server__read_file');
      expect(json.total).toBe(4);
    });
  });

  it('is unknown, with its tools, once it is removed', async () => {
    expect((await gateway.rest('DELETE', `/servers/${serverId}`)).status).toBe(204);
    expect((await gateway.rest('GET', `/servers/${serverId}`)).status).toBe(404);
    expect((await call('file-server', 'read_file', { path: file })).status).toBe(404);
    expect((await gateway.mcp('tools/list')).text).not.toContain('file-server__');
  });
});

describe('what nobody may register', () => {
  it('is a template that is not there or not enabled', async () => {
    expect((await register({ template_name: 'shell', config: {} })).status).toBe(400);
    expect((await register({ template_name: 'everything', config: {} })).status).toBe(400);
  });

  it('is a server in a private network', async () => {
    for (const url of ['http://127.0.0.1:1/mcp', 'http://169.254.169.254/latest', 'http://[::1]/mcp', 'http://2130706433/']) {
      expect([url, (await register({ template_name: 'http', config: { url } })).status]).toEqual([url, 400]);
    }
  });

  it('is anything, without gateway:write', async () => {
    const answer = await gateway.rest('POST', '/servers', { template_name: 'http' }, gateway.apiKey);
    expect(answer.status === 403 || answer.status === 401).toBe(true);
  });
});

describe('the process of a server', () => {
  it('does not outlive the gateway, even one that is killed', async () => {
    const folderName = join(data, 'of-this-test');
    mkdirSync(folderName);
    await register({ template_name: 'file-server', config: { base_path: folderName } });
    await eventually(async () => expect((await gateway.mcp('tools/list')).text).toContain('file-server__read_file'));
    expect(processesWith(folderName)).toHaveLength(1);
    await gateway.end('SIGKILL');
    await eventually(() => expect(processesWith(folderName)).toEqual([]));
  });
});

const processesWith = (text: string): string[] =>
  execFileSync('ps', ['-eo', 'args'])
    .toString()
    .split('\n')
    .filter((line) => line.includes(text) && line.includes('server-filesystem'));
