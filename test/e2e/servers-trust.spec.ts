import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayClient } from '../../src/client/gateway-client.js';
import { eventually } from '../support/eventually.js';
import { tallygate } from '../support/gateway/cli-process.js';
import { GatewayProcess } from '../support/gateway/gateway-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';

/** What servers offer, and who lets it in, through the listeners. */
const folder = temporaryFolder('servers-trust');
const servers = { legacy: new OddUpstream('legacy'), modern: new OddUpstream('modern') };
let gateway: GatewayProcess;

/** Has a server of either era give these instructions where a session begins. */
function tell(era: keyof typeof servers, instructions: string): void {
  const method = era === 'legacy' ? 'initialize' : 'server/discover';
  const said = JSON.parse(servers[era].results[method] as string) as object;
  servers[era].results[method] = JSON.stringify({ ...said, instructions });
}

const settings = () => `
servers: { allowed_networks: [127.0.0.0/8], instructions: true }
templates:
  old: { transport: http, url: '${servers.legacy.url}' }
  new: { transport: http, url: '${servers.modern.url}' }
  asked: { transport: http, url: '${servers.legacy.url}', approval: manual, instructions: false }
`;

beforeAll(async () => {
  tell('legacy', 'Look before you act.');
  tell('modern', `Be brief. ${'😀'.repeat(2_000)}`);
  Object.assign(servers.legacy.results, {
    'tools/list': '{"tools":[{"name":"look","description":"Looks.","inputSchema":{"maximum":9007199254740993}},{"name":""}]}',
    'prompts/list': '{"prompts":[{"name":"plan"}]}',
  });
  await Promise.all([servers.legacy.start(), servers.modern.start()]);
  const config = join(folder, 'gateway.yaml');
  writeFileSync(config, settings());
  gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config } });
  for (const template_name of ['old', 'new', 'asked']) await gateway.rest('POST', '/servers', { template_name });
}, 60_000);
afterAll(async () => {
  await gateway.destroy();
  await Promise.all([servers.legacy.stop(), servers.modern.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const META = 'io.modelcontextprotocol/';
const _meta = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: {} };
const MODERN = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' };
const initialized = async (key?: string | null) =>
  (await gateway.mcp('initialize', { protocolVersion: '2025-11-25', capabilities: {} }, key)).json.result;
const discovered = async (key?: string | null) => (await gateway.mcp('server/discover', { _meta }, key, MODERN)).json.result;
const keyFor = async (...tools: string[]) => {
  const client = new GatewayClient(gateway.restUrl, { token: await gateway.token() });
  return (await client.createKey({ permissions: ['tools:call'], allowed_tools: tools })).api_key;
};

describe('the instructions of servers', () => {
  it.each([
    ['initialize', initialized],
    ['server/discover', discovered],
  ])(
    'stand in the answer to %s behind those of the gateway, under the names of their pools, cut where they are long',
    async (_, ask) => {
      const { instructions } = await ask();
      const [own, old, brief] = (instructions as string).split(/\n\n# (?:old|new)\n\n/);
      expect([own, old]).toEqual([expect.stringMatching(/^Start with /), '> Look before you act.']);
      expect(brief).toBe(`> Be brief. ${'😀'.repeat(994)}…`);
      expect(instructions).not.toContain('# asked');
    },
  );

  it.each([
    ['initialize', initialized],
    ['server/discover', discovered],
  ])('are not told by %s to whom may use no tool of theirs, nor without a key', async (_, ask) => {
    expect((await ask(await keyFor('new__look'))).instructions).toMatch(/^Start with [^\n]*\n\n# new\n\n> Be brief/);
    for (const key of [null, await keyFor('greet')]) expect((await ask(key)).instructions).toMatch(/^Start with [^\n]*$/);
  });

  it('are for whom they are told alone', async () => {
    expect([(await discovered()).cacheScope, (await discovered(null)).cacheScope]).toEqual(['private', 'private']);
  });
});

describe('tallygate servers', () => {
  const run = (...args: string[]) => tallygate(args, { env: { TALLYGATE_URL: gateway.restUrl, XDG_CONFIG_HOME: folder } });
  beforeAll(async () => {
    const env = { TALLYGATE_URL: gateway.restUrl, XDG_CONFIG_HOME: folder };
    await tallygate(['login', 'admin@localhost'], { stdin: gateway.adminPassword, env });
  });

  it('tools lists what a server offers, and what it cannot', async () => {
    const { stdout } = await run('servers', 'tools', 'asked');
    expect(stdout).toMatch(
      /^KIND +NAME +PIN +STATE +SEEN \(UTC\) +WHY +FOR CALLERS +DESCRIPTION\ntool +look +[0-9a-f]{12} +quarantined +\S+ \S+ +new +– +Looks\./,
    );
    expect(stdout).toMatch(/\nprompt +plan +[0-9a-f]{12} +quarantined /);
    expect(stdout).toMatch(/\ntool +tools\[1\] +– +unusable +– +it has no "name"/);
    const pins = JSON.parse((await run('servers', 'tools', 'asked', '--kind', 'prompt', '--json')).stdout) as object[];
    expect(pins).toMatchObject([{ kind: 'prompt', name: 'plan', state: 'quarantined', definition: { name: 'plan' } }]);
  });

  it('say how much waits for approval, and so do doctor, GET /servers and /health, until it is approved', async () => {
    const waits = (name: string) => `1 tool, 1 prompt wait for approval: tallygate servers tools ${name} --diff`;
    const added = await run('servers', 'add', 'asked', '--name', 'second');
    expect(added.stdout).toMatch(new RegExp(`^Added second .*\\n${waits('second')}\\n$`));
    expect((await run('servers', 'list')).stdout).toMatch(
      new RegExp(`\\n\\nasked: ${waits('asked')}\\nsecond: ${waits('second')}\\n$`),
    );
    expect((await run('servers', 'check', 'second')).stdout).toMatch(new RegExp(`^second is healthy.*\\n${waits('second')}\\n$`));
    const examined = await run('doctor', '--data-dir', gateway.dataDir);
    expect([examined.code, examined.stdout]).toEqual([0, expect.stringContaining(`! approval   second: ${waits('second')}`)]);
    const stranger = { TALLYGATE_URL: gateway.restUrl, XDG_CONFIG_HOME: join(folder, 'nobody') };
    const { stdout } = await tallygate(['doctor', '--data-dir', gateway.dataDir], { env: stranger });
    expect(stdout).toContain('! approval   4 definitions wait for approval: tallygate login admin@localhost');
    const { health } = (await gateway.rest('GET', '/servers/second')).json;
    expect(health.waiting_for_approval).toEqual({ tool: 1, prompt: 1 });
    const waiting = async () => (await gateway.rest('GET', '/health', undefined, null)).json.mcp_servers.waiting_for_approval;
    expect(await waiting()).toBe(4);
    expect((await run('servers', 'approve', 'second', '--all', '--yes')).code).toBe(0);
    await eventually(async () => expect(await waiting()).toBe(2));
    expect((await run('servers', 'list')).stdout).not.toContain(waits('second'));
    await run('servers', 'remove', 'second');
  });

  it('approve lets in what is named, or all', async () => {
    expect((await run('servers', 'approve', 'asked')).code).toBe(2);
    expect((await run('servers', 'approve', 'asked', 'nothing')).stderr).toContain('Nothing that is called "nothing" waits');
    const unseen = await run('servers', 'approve', 'asked', 'look');
    expect([unseen.code, unseen.stdout, unseen.stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/no terminal.*servers tools --diff.*name@pin/),
    ]);
    expect((await run('servers', 'approve', 'asked', '--all')).code).toBe(2);
    const pin = /tool +look +([0-9a-f]{12}) +quarantined/.exec((await run('servers', 'tools', 'asked')).stdout)![1]!;
    expect((await run('servers', 'approve', 'asked', 'look@000000000000')).stderr).toContain('"look" has another pin by now');
    const approved = await run('servers', 'approve', 'asked', `look@${pin}`);
    expect(approved).toEqual({ code: 0, stdout: 'Approved tool look.\n', stderr: '' });
    await eventually(async () => expect((await gateway.call('asked__look')).status).toBe(200));
    expect((await run('servers', 'approve', 'asked', '--all', '--yes')).stdout).toBe('Approved prompt plan.\n');
    expect((await run('servers', 'approve', 'asked', '--all')).stdout).toBe('Nothing waits for approval.\n');
  });

  it('tools --diff shows what was approved, and what it is now', async () => {
    servers.legacy.results['prompts/list'] = '{"prompts":[{"name":"plan","description":"Plots.\\u202e"}]}';
    await gateway.rest('POST', '/servers/asked/check');
    const { stdout } = await run('servers', 'tools', 'asked', '--diff');
    const [heading, ...lines] = stdout.split('\n');
    expect(heading).toMatch(/^prompt plan @[0-9a-f]{12}$/);
    expect(lines).toEqual([
      '  {',
      '-   "name": "plan"',
      '+   "name": "plan",',
      '+   "description": "Plots.\\u{202e}"',
      '  }',
      '',
    ]);
  });
});

describe('GET /servers/{id}/pins', () => {
  it('has definitions to the last digit, and pages of what there is of a kind or in a state', async () => {
    const { text } = await gateway.rest('GET', '/servers/old/pins?kind=tool');
    expect(text).toContain('"definition":{"name":"look","description":"Looks.","inputSchema":{"maximum":9007199254740993}}');
    const { json } = await gateway.rest('GET', '/servers/old/pins?state=unusable');
    expect(json).toMatchObject({
      pins: [{ kind: 'tool', name: 'tools[1]', state: 'unusable', reason: 'it has no "name"' }],
      total: 1,
    });
    const page = (await gateway.rest('GET', '/servers/old/tools?page=2&page_size=1')).json;
    expect(page).toMatchObject({ tools: [{ tool_name: 'tools[1]', state: 'unusable', pin: null }], total: 2 });
    expect((await gateway.rest('GET', '/servers/old/pins?kind=instructions')).json.pins).toMatchObject([
      { state: 'approved', approved_definition: { instructions: 'Look before you act.' } },
    ]);
  });

  it('is what POST approves by: of what has changed since nothing is', async () => {
    const { pins } = (await gateway.rest('GET', '/servers/asked/pins')).json as {
      pins: { kind: string; name: string; pin: string }[];
    };
    const [tool, prompt] = pins.map(({ kind, name, pin }) => ({ kind, name, pin }));
    const approve = async (...asked: object[]) => gateway.rest('POST', '/servers/asked/pins', { pins: asked });
    const changed = await approve(tool!, { ...prompt, pin: 'f'.repeat(64) });
    expect([changed.status, changed.json.detail]).toEqual([409, expect.stringContaining('The prompt "plan" has changed')]);
    expect((await approve({ ...prompt, name: 'none' })).status).toBe(404);
    expect((await approve()).status).toBe(422);
    expect((await approve(tool!, prompt!)).json).toEqual({ approved: 2 });
    const { entries } = (await gateway.rest('GET', '/api/admin/audit?action=pin.approved')).json;
    expect(entries[0].details).toEqual({ ...prompt });
  });

  it('has 8 MiB of definitions on a page: those beyond are on smaller ones, and the command line asks for them', async () => {
    const long = (name: string) =>
      Array.from({ length: 15 }, (_, n) => ({ name: `${name}-${n}`, description: 'x'.repeat(250_000) }));
    servers.legacy.results['tools/list'] = JSON.stringify({ tools: long('t') });
    servers.legacy.results['prompts/list'] = JSON.stringify({ prompts: long('p') });
    await gateway.rest('POST', '/servers', { template_name: 'old', name: 'long', pool: 'long' });
    type Pin = { name: string; definition: object | null; approved_definition: object | null; is_left_out?: true };
    const page = async (query: string) => {
      const { json, text } = await gateway.rest('GET', `/servers/long/pins?${query}`);
      return { pins: json.pins as Pin[], length: text.length };
    };
    await eventually(async () => expect((await page('page_size=100')).pins).toHaveLength(31));
    const { pins, length } = await page('page_size=100');
    expect(length).toBeLessThan(8_400_000 + 100_000);
    const leftOut = pins.findIndex((pin) => pin.is_left_out);
    expect([leftOut, pins.slice(leftOut).every((pin) => pin.is_left_out && !pin.definition && !pin.approved_definition)]).toEqual(
      [16, true],
    );
    expect(pins.slice(0, leftOut).every((pin) => pin.definition && pin.approved_definition)).toBe(true);
    const alone = (await page(`page_size=1&page=${leftOut + 1}`)).pins[0]!;
    expect([alone.name, alone.is_left_out, alone.definition]).toEqual([
      pins[leftOut]!.name,
      undefined,
      expect.objectContaining({ name: alone.name }),
    ]);
    const env = { TALLYGATE_URL: gateway.restUrl, XDG_CONFIG_HOME: folder };
    const listed = JSON.parse((await tallygate(['servers', 'tools', 'long', '--json'], { env })).stdout) as Pin[];
    expect(listed.map(({ name }) => name)).toEqual(pins.map(({ name }) => name));
    expect(listed.every(({ definition }) => definition !== null)).toBe(true);
  });
});
