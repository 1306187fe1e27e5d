import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { terminalConfigurations } from '../../src/start/clients/terminal-clients.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Tests run processes, which take their time on a loaded machine. */
jest.setTimeout(60_000);

const folder = temporaryFolder('cli-config');
/** What is in a link, too. */
const plainOf = (text: string) =>
  decodeURIComponent(text) + Buffer.from(decodeURIComponent(/config=(\S+)/.exec(text)?.[1] ?? ''), 'base64').toString();
afterAll(() => rmSync(folder, { recursive: true }));

describe('tallygate config', () => {
  it('check lists every mistake at once', async () => {
    const env = { GATEWAY_PORT: 'eight', GATEWAY_CREDITS: 'maybe' };
    const { code, stdout, stderr } = await tallygate(['config', 'check'], { env });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('GATEWAY_PORT');
    expect(stderr).toContain('GATEWAY_CREDITS');
  });

  it('check makes nothing', async () => {
    const env = { GATEWAY_DATA_DIR: join(folder, 'data') };
    expect(await tallygate(['config', 'check'], { env })).toEqual({ code: 0, stdout: 'The settings are valid.\n', stderr: '' });
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('print masks secrets', async () => {
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, 'port: 9000\nauth:\n  secret_key: "0123456789abcdef0123456789abcdef"\n');
    const env = { GATEWAY_CONFIG: file, GATEWAY_ADMIN_PASSWORD: 'correct horse battery' };
    const yaml = await tallygate(['config', 'print'], { env });
    expect([yaml.code, yaml.stdout]).toEqual([0, expect.stringContaining('port: 9000')]);
    const { stdout } = await tallygate(['config', 'print', '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({ port: 9000, auth: { secret_key: '…', admin_password: '…' } });
    expect(yaml.stdout + stdout).not.toMatch(/0123456789|correct horse/);
  });

  it('print --sources says where each value comes from, without secrets', async () => {
    const file = join(folder, 'sources.yaml');
    writeFileSync(file, 'mcp_port: 9001\n');
    const env = { GATEWAY_CONFIG: file, GATEWAY_ADMIN_PASSWORD: 'correct horse battery' };
    const { stdout } = await tallygate(['config', 'print', '--sources', '--json', '--port', '9000'], { env });
    const found = (JSON.parse(stdout) as { name: string }[]).filter(({ name }) =>
      /^(host|port|mcp_port|auth\.admin_p.*)$/.test(name),
    );
    expect(found).toMatchObject([
      { name: 'host', value: '::', origin: 'default', given_as: null },
      { name: 'port', value: 9000, default: 8000, origin: 'option', given_as: '--port' },
      { name: 'mcp_port', value: 9001, origin: 'file' },
      { name: 'auth.admin_password', value: '…', origin: 'variable', given_as: 'GATEWAY_ADMIN_PASSWORD' },
    ]);
    const text = (await tallygate(['config', 'print', '--sources'], { env })).stdout;
    expect(text).toMatch(/^mcp_port +9001 +file +8001 +port of MCP/m);
    expect(text).not.toContain('correct horse');
  });

  const client = (name: string) =>
    tallygate(['config', 'client', name, '--url', 'https://mcp.example.com', '--api-key', 'sk-mine']);
  const headers = { Authorization: 'Bearer sk-mine' };
  const URL_OF_MCP = 'https://mcp.example.com/messages';

  it.each(terminalConfigurations('').map(({ id }) => id))('client %s is ready to paste', async (name) => {
    const { code, stdout, stderr } = await client(name);
    expect([code, stderr.split('\n').length]).toEqual([0, 2]);
    expect(plainOf(stdout)).toContain(URL_OF_MCP);
    // What is shared takes the key from its user's environment.
    const isShared = stderr.includes('TALLYGATE_API_KEY');
    expect(plainOf(stdout)).toContain(isShared ? 'TALLYGATE_API_KEY' : 'sk-mine');
    if (isShared) expect(stdout).not.toContain('sk-mine');
  });

  it.each<[string, object]>([
    ['claude-code-project', { type: 'http', url: URL_OF_MCP, headers: { Authorization: 'Bearer ${TALLYGATE_API_KEY}' } }],
    ['cursor', { url: URL_OF_MCP, headers }],
    ['vscode', { type: 'http', url: URL_OF_MCP, headers }],
    ['gemini-cli', { httpUrl: URL_OF_MCP, headers }],
    ['windsurf', { serverUrl: URL_OF_MCP, headers }],
    ['zed', { url: URL_OF_MCP, headers }],
    ['lm-studio', { url: URL_OF_MCP, headers }],
  ])('client %s is the JSON that it reads', async (name, server) => {
    const [servers] = Object.values(JSON.parse((await client(name)).stdout) as Record<string, object>);
    expect(servers).toEqual({ tallygate: server });
  });

  it('client continue is the YAML that it reads', async () => {
    const server = { name: 'tallygate', type: 'streamable-http', url: URL_OF_MCP, requestOptions: { headers } };
    expect(parse((await client('continue')).stdout)).toMatchObject({ schema: 'v1', mcpServers: [server] });
  });

  it.each([
    ['cursor-link', 'cursor://anysphere.cursor-deeplink/mcp/install'],
    ['lm-studio-link', 'lmstudio://add_mcp'],
  ])('client %s has the server in base64', async (name, address) => {
    const { href, searchParams } = new URL((await client(name)).stdout.trim());
    expect([href.startsWith(`${address}?`), searchParams.get('name')]).toEqual([true, 'tallygate']);
    expect(JSON.parse(Buffer.from(searchParams.get('config')!, 'base64').toString())).toEqual({ url: URL_OF_MCP, headers });
  });

  it('client vscode-link has the server in its query', async () => {
    const [address, query] = (await client('vscode-link')).stdout.trim().split('?');
    const server = { name: 'tallygate', type: 'http', url: URL_OF_MCP, headers };
    expect([address, JSON.parse(decodeURIComponent(query!))]).toEqual(['vscode:mcp/install', server]);
  });

  it('client names those it knows', async () => {
    const { code, stderr } = await tallygate(['config', 'client', 'netscape']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('claude-code, cursor')]);
  });
});
