import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayClient } from '../../src/client/gateway-client.js';
import { tallygate, type CliOptions } from '../support/gateway/cli-process.js';
import { eventually } from '../support/eventually.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(60_000);

const folder = temporaryFolder('cli-servers');
const data = join(folder, 'data');
let gateway: GatewayProcess;
beforeAll(async () => {
  mkdirSync(data);
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, 'servers:\n  enabled_templates: [http, file-server]\n  allowed_networks: [127.0.0.0/8]\n');
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
  await run(['login', 'admin@localhost'], { stdin: gateway.adminPassword });
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: string[], options: CliOptions = {}) =>
  tallygate(args, { ...options, env: { TALLYGATE_URL: gateway.restUrl, XDG_CONFIG_HOME: folder, ...options.env } });
const servers = (...args: string[]) => run(['servers', ...args]);

describe('tallygate servers', () => {
  it('adds, checks, lists and removes a server', async () => {
    const added = await servers('add', 'file-server', `base_path=${data}`);
    expect([added.code, added.stderr]).toEqual([0, '']);
    expect(added.stdout).toMatch(/^Added file-server \(\S+\)\. /);
    expect((await servers('check', 'file-server')).stdout).toMatch(/^file-server is healthy, answered in [\d.]+ ms\.\n$/);
    const list = await servers('list');
    expect(list.stdout).toMatch(
      /^NAME +POOL +TEMPLATE +STATE +MS +PROBLEM +ID\nfile-server +file-server +file-server +healthy +[\d.]+ +– +\S+\n$/,
    );
    expect(await servers('remove', 'file-server')).toEqual({ code: 0, stdout: 'Removed file-server.\n', stderr: '' });
    expect(JSON.parse((await servers('list', '--json')).stdout)).toEqual([]);
  });

  it('gives a server the name and the pool it is told to', async () => {
    const first = await servers('add', 'file-server', '--name', 'reports', `base_path=${data}`);
    expect(first.stdout).toMatch(/^Added reports \(\S+\)\. /);
    const second = await servers('add', 'file-server', '--pool', 'reports', `base_path=${data}`);
    expect(second.stdout).toMatch(/^Added reports-2 \(\S+\) to the pool reports\. /);
    expect((await servers('list')).stdout).toMatch(/\nreports-2 +reports +file-server +healthy/);
    expect((await run(['tools', '--api-key', gateway.apiKey])).stdout).toMatch(/^reports__read_file /m);
    const taken = await servers('add', 'file-server', '--name', 'reports', `base_path=${data}`);
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining('There is a server "reports" already')]);
    for (const name of ['reports', 'reports-2']) expect((await servers('remove', name)).code).toBe(0);
  });

  it('reads a config with its secrets from stdin, and ends with 1 when a checked server cannot serve', async () => {
    const config = JSON.stringify({ url: 'http://127.0.0.1:9/mcp', bearer_token: 'the-secret' });
    const added = await run(['servers', 'add', 'http', '--config', '-', '--json'], { stdin: config });
    const { name } = JSON.parse(added.stdout) as { name: string };
    expect(added.stdout).not.toContain('the-secret');
    const { code, stdout } = await servers('check', name, '--json');
    expect([code, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ status: 'unhealthy', error: expect.any(String) })]);
    expect(JSON.parse((await servers('remove', name, '--json')).stdout)).toEqual({ removed: name });
  });

  it('says in the own words of a program why it cannot start: when it is added, checked and listed', async () => {
    const missing = join(folder, 'nowhere');
    const added = await servers('add', 'file-server', `base_path=${missing}`);
    const name = /^Added (file-server) /.exec(added.stdout)![1]!;
    const words = new RegExp(`${name} ended when it was started\\. Its program ended with exit code 1 and said: .*${missing}`);
    expect(added.stdout).toMatch(words);
    expect((await servers('check', name)).stdout).toMatch(new RegExp(`Its program .*said: .*${missing}`));
    expect((await servers('list')).stdout).toMatch(new RegExp(`\\n${name}: .*Its program .*said: .*${missing}`));
    // It is started again more and more seldom, and what it said is still told.
    await eventually(async () => expect((await servers('check', name)).stdout).toMatch(/ended too often; .*nowhere/), 30_000);
    const { health } = (await gateway.rest('GET', `/servers/${name}`)).json;
    expect(health.error).toContain(missing);

    const client = new GatewayClient(gateway.restUrl, { token: await gateway.token() });
    const { api_key: reader } = await client.createKey({ permissions: ['gateway:read', 'tools:call'] });
    const seen = (await gateway.rest('GET', `/servers/${name}`, undefined, reader)).json;
    expect([seen.health.status, seen.health.error]).toEqual(['unhealthy', expect.not.stringContaining('nowhere')]);
    const called = await gateway.mcp('tools/call', { name: 'file-server__read_file', arguments: { path: 'x' } });
    expect(called.text).not.toContain('nowhere');
    await servers('remove', name);
  });

  it('changes tools for callers, and gives them back', async () => {
    await servers('add', 'file-server', `base_path=${data}`);
    const change = async (tool: string, ...args: string[]) => (await servers('change', 'file-server', tool, ...args)).stdout;
    const tools = async () => (await run(['tools', '--api-key', gateway.apiKey])).stdout;
    expect(await change('write_file', '--off')).toBe('write_file is switched off.\n');
    const words = ['--name', 'cat', '--title', 'Cat', '--description', 'Shows a file.'];
    const fixed = ['--set', 'head=3', `path=${data}/a.txt`, 'speed=fast'];
    expect(await change('read_text_file', ...words, ...fixed)).toBe(
      'read_text_file is called cat, has another title, has another description, has fixed head, path, speed.\n' +
        'Its schema names no argument speed.\n',
    );
    expect(await tools()).toMatch(/^file-server__cat .*Shows a file\./m);
    expect(await tools()).not.toMatch(/write_file|read_text_file/);
    const { stdout: offered } = await servers('tools', 'file-server');
    expect(offered).toMatch(/^KIND +NAME .* FOR CALLERS +DESCRIPTION\n/);
    expect(offered).toMatch(/\ntool +write_file .* off +Create/);
    expect(offered).toMatch(/\ntool +read_text_file .* name, title, description, arguments +Read/);
    expect(offered).toMatch(/\ntool +read_file .* – +Read/);
    expect(offered).toContain(
      '\n\nChanged for callers:\nread_text_file is called cat, has another title, has another description, ' +
        'has fixed head, path, speed.\nIts schema names no argument speed.\nwrite_file is switched off.\n',
    );
    expect((await servers('change', 'file-server', 'cat', '--off')).stderr).toContain(
      'The tool "read_text_file" is called "cat" here',
    );
    writeFileSync(join(data, 'a.txt'), '1\n2\n3\n4\n');
    expect(await change('read_text_file', '--unset', 'speed')).not.toContain('speed');
    const called = await run(['call', 'file-server__cat', '--api-key', gateway.apiKey]);
    expect(called.stdout).toBe('1\n2\n3\n');
    const values = JSON.stringify({ head: 1, api_key: 'the-secret' });
    const set = await run(['servers', 'change', 'file-server', 'read_text_file', '--values', '-', '--json'], { stdin: values });
    expect(JSON.parse(set.stdout).changes.arguments).toMatchObject({ head: { value: 1 }, api_key: { value: '…' } });
    const back = ['--name', '', '--title', '', '--description', '', '--unset', 'head', 'path', 'api_key'];
    expect(await change('read_text_file', ...back)).toBe('read_text_file is as its server has it.\n');
    expect(await change('write_file', '--on')).toBe('write_file is as its server has it.\n');
    expect(await tools()).toMatch(/^file-server__write_file /m);
    expect((await servers('change', 'file-server', 'write_file')).code).toBe(2);
    expect((await servers('change', 'file-server', 'write_file', '--on', '--off')).code).toBe(2);
    const unknown = await servers('change', 'file-server', 'nothing', '--off');
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('offers no tool "nothing"')]);
    await servers('remove', 'file-server');
  });

  it("says what is wrong in the gateway's words", async () => {
    expect(await servers('check', 'nobody')).toMatchObject({ code: 1, stdout: '' });
    const { code, stderr } = await servers('add', 'file-server', 'base_path=relative');
    expect([code, stderr]).toEqual([1, expect.stringContaining('base_path')]);
    expect((await servers('add', 'http', 'url=http://127.0.0.1', '--config', '{}')).code).toBe(2);
    expect((await servers('add', 'http', '--config', '[]')).stderr).toContain('--config must be a JSON object');
  });

  it('takes an API key instead of a login, if it may do that', async () => {
    const client = new GatewayClient(gateway.restUrl, { token: await gateway.token() });
    const { api_key: reader } = await client.createKey({ permissions: ['gateway:read'] });
    const env = { XDG_CONFIG_HOME: join(folder, 'nobody') };
    expect(await run(['servers', 'list', '--api-key', reader], { env })).toMatchObject({ code: 0, stderr: '' });
    expect((await run(['servers', 'list'], { env: { ...env, TALLYGATE_API_KEY: reader } })).code).toBe(0);
    expect((await run(['servers', 'remove', 'x', '--api-key', reader], { env })).code).toBe(1);
    const wrong = await run(['servers', 'list', '--api-key', 'sk-wrong'], { env });
    expect(wrong).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining('Invalid or missing API Key') });
  });
});
